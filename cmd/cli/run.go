package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ctplan/ctplan/cmd/view"
)

// Run carries out one command line and returns the exit code.
func Run(ctx context.Context, env *Env, args []string) int {
	a := &app{Env: env, sources: view.Sources{}}
	root := newRoot(a)
	args, err := prepare(env, root, args)
	if err == nil {
		root.SetArgs(args)
		root.SetIn(env.Stdin)
		root.SetOut(env.Stdout)
		root.SetErr(env.Stderr)
		err = root.ExecuteContext(ctx)
	}
	if err != nil {
		a.human(false).Diagnostics(diagnose(flagMistake(root, err), env.Root))
	}
	return exitCode(err)
}

// prepare inserts the arguments from the environment and rewrites
// Terraform-style flags.
func prepare(env *Env, root *cobra.Command, args []string) ([]string, error) {
	flags := allFlags(root)
	isCommand := func(path []string) bool {
		cmd, rest, err := root.Find(path)
		return err == nil && len(rest) == 0 && cmd != root
	}
	args, err := insertExtra(args, flags, isCommand, func(path []string) ([]string, error) {
		var words []string
		for _, name := range []string{"CTPLAN_CLI_ARGS", "CTPLAN_CLI_ARGS_" + strings.Join(path, "_")} {
			more, err := splitWords(env.getenv(name))
			if err != nil {
				return nil, &usageError{fmt.Sprintf("The environment variable %s cannot be read: %v.", name, err)}
			}
			words = append(words, more...)
		}
		return words, nil
	})
	if err != nil {
		return nil, err
	}
	return normalizeAll(args, flags), nil
}

// allFlags collects the long flags of a command and all below it.
func allFlags(cmd *cobra.Command) flagKinds {
	kinds := flagKinds{"help": false}
	collectFlags(cmd, kinds)
	return kinds
}

func collectFlags(cmd *cobra.Command, kinds flagKinds) {
	collect := func(f *pflag.Flag) { kinds[f.Name] = f.NoOptDefVal == "" }
	cmd.PersistentFlags().VisitAll(collect)
	cmd.Flags().VisitAll(collect)
	for _, sub := range cmd.Commands() {
		collectFlags(sub, kinds)
	}
}

// flagMistake explains what pflag reports, with the flag that was probably
// meant.
func flagMistake(root *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		value   *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		detail := fmt.Sprintf("There is no flag -%s here.", name)
		if s := suggestion(name, slices.Collect(flagNames(root))); s != "" {
			detail += fmt.Sprintf(" Did you mean -%s?", s)
		}
		return &usageError{detail}
	case errors.As(err, &value):
		return &usageError{fmt.Sprintf("The flag -%s needs a value: -%s=VALUE.", value.GetSpecifiedName(), value.GetSpecifiedName())}
	case errors.As(err, &invalid):
		return &usageError{fmt.Sprintf("The flag -%s cannot be %q: it takes %s.", invalid.GetFlag().Name, invalid.GetValue(), kindOfValue(invalid.GetFlag()))}
	case errors.As(err, &syntax):
		return &usageError{fmt.Sprintf("%q is not a flag.", syntax.GetSpecifiedFlag())}
	}
	return err
}

// kindOfValue says what a flag takes, where the library would name the Go
// function that failed to parse it.
func kindOfValue(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "duration":
		return "a duration such as 30s or 5m"
	case "int", "int64", "uint64":
		return "a whole number"
	}
	return "a " + f.Value.Type()
}

// flagNames are all flag names of all commands.
func flagNames(root *cobra.Command) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range allFlags(root) {
			if !yield(name) {
				return
			}
		}
	}
}
