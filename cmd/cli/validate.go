package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/schema"
)

// validateOptions are the flags of validate.
type validateOptions struct {
	path            string
	json            bool
	compactWarnings bool
	variables       variableFlags
}

func newValidate(a *app, run func(context.Context, *validateOptions) error) *cobra.Command {
	o := &validateOptions{}
	cmd := &cobra.Command{
		Use:   "validate [PATH]",
		Short: "Check the configuration without looking at any host",
		Long: "Checks syntax, names, types, ranges, units and references, and reports everything\n" +
			"that is wrong at once. Needs neither root nor the host that it is written for.",
		Example: "ctplan validate\nctplan validate -json /srv/config | jq .valid",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.path = args[0]
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runValidate(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "write the result as a JSON document")
	f.BoolVar(&o.compactWarnings, "compact-warnings", false, "show warnings by their summaries only")
	o.variables.register(f)
	return cmd
}

func runValidate(ctx context.Context, a *app, o *validateOptions) error {
	ctx, _, stop := a.watch(ctx)
	defer stop()
	diags, err := a.validate(ctx, o)
	if err != nil {
		if !o.json {
			return err
		}
		diags = diagnose(err, a.Root)
	}
	out := a.stdout()
	if o.json {
		view.ValidationJSON(out, diags, a.sources)
	} else {
		h := a.human(o.compactWarnings)
		h.Diagnostics(diags)
		if !view.HasErrors(diags) {
			view.Valid(h.Out, len(diags) > 0)
		}
		out = h.Out
	}
	if view.HasErrors(diags) {
		return status(ExitError)
	}
	return writeError("standard output", out.Err())
}

// validate gathers everything that there is to say about a configuration.
// Data is not read, and required variables need no value: what depends on
// them is checked by its type.
func (a *app) validate(ctx context.Context, o *validateOptions) ([]view.Diagnostic, error) {
	src, err := a.configSource(o.path)
	if err != nil {
		return nil, err
	}
	cfg, diags := schema.Load(src.fs, schema.WithVersion(a.Build.Version))
	a.addSources(cfg.Files, cfg.Sources)
	values, more, err := a.variables(cfg, o.variables)
	if err != nil {
		return nil, err
	}
	_, evaluation := cfg.Evaluate(ctx, schema.Options{Variables: values, UnsetUnknown: true})
	return fromHCL(schema.MergeDiagnostics(diags, more, evaluation)), nil
}
