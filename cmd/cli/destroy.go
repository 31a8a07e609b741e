package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/planner"
)

func newDestroy(a *app, run func(context.Context, *applyOptions) error) *cobra.Command {
	o := &applyOptions{command: "destroy"}
	o.mode = planner.ModeDestroy
	cmd := &cobra.Command{
		Use:   "destroy",
		Short: "Put back everything that ctplan found",
		Long: "Restores every setting that ctplan owns to the value found before ctplan first\n" +
			"changed it, and removes the files that ctplan made. The configuration is not read.",
		Example: "ctplan plan -destroy                  # look first\n" +
			"ctplan destroy\n" +
			"ctplan destroy -target=conntrack.edge",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runApply(cmd.Context(), a, o)
		},
	}
	o.register(cmd)
	return cmd
}
