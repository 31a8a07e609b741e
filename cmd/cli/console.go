package cli

import (
	"bufio"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/providers"
	"github.com/ctplan/ctplan/schema"
)

// consoleOptions are the flags of console.
type consoleOptions struct {
	path      string
	variables variableFlags
}

func newConsole(a *app, run func(context.Context, *consoleOptions) error) *cobra.Command {
	o := &consoleOptions{}
	cmd := &cobra.Command{
		Use:   "console [PATH]",
		Short: "Try expressions against the configuration and the live host",
		Long: "Reads one expression a line and shows its value. Variables, locals, data and\n" +
			"resources of the configuration can be used; data is read from this host. Expressions\n" +
			"can be piped in as well.",
		Example: "ctplan console\n" +
			"echo 'pow2ceil(data.host.this.memory / 16384)' | ctplan console",
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.path = args[0]
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runConsole(cmd.Context(), a, o)
		},
	}
	o.variables.register(cmd.Flags())
	return cmd
}

func runConsole(ctx context.Context, a *app, o *consoleOptions) error {
	ctx, _, stop := a.watch(ctx)
	defer stop()
	h, err := a.openHost()
	if err != nil {
		return err
	}
	defer h.Close()
	facts, err := h.Facts(ctx)
	if err != nil {
		return err
	}
	cfg, values, err := a.consoleConfig(o)
	if err != nil {
		return err
	}
	human := a.human(false)
	failed := false
	lines := bufio.NewScanner(a.Stdin)
	for {
		if a.StdinTTY {
			view.ConsolePrompt(human.Out)
		}
		if !lines.Scan() {
			break
		}
		line := strings.TrimSpace(lines.Text())
		switch line {
		case "":
			continue
		case "exit", "quit":
			return nil
		}
		// Data is read again for every line: the host lives.
		options := schema.Options{Variables: values, Data: providers.NewData(h, facts)}
		v, diags := cfg.Eval(ctx, options, line)
		a.addSources(nil, map[string][]byte{schema.ConsoleFile: []byte(line)})
		human.Diagnostics(fromHCL(diags))
		failed = failed || diags.HasErrors()
		if !diags.HasErrors() {
			view.ConsoleValue(human.Out, v)
		}
		delete(a.sources, schema.ConsoleFile)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if failed && !a.StdinTTY {
		return status(ExitError)
	}
	return writeError("standard output", human.Out.Err())
}

// consoleConfig loads the configuration, or an empty one where there is none:
// functions can be tried anywhere.
func (a *app) consoleConfig(o *consoleOptions) (*schema.Configuration, []schema.VariableValue, error) {
	src, err := a.configSource(o.path)
	var failed *failure
	if o.path == "" && errors.As(err, &failed) {
		src.fs = planFS{"empty.ctplan.hcl": ""}
	} else if err != nil {
		return nil, nil, err
	}
	cfg, diags := schema.Load(src.fs, schema.WithVersion(a.Build.Version))
	a.addSources(cfg.Files, cfg.Sources)
	values, more, err := a.variables(cfg, o.variables)
	if err != nil {
		return nil, nil, err
	}
	if diags = append(diags, more...); diags.HasErrors() {
		return nil, nil, &diagnosed{fromHCL(diags)}
	}
	return cfg, values, nil
}
