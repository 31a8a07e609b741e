package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/state"
)

// graphOptions are the flags of graph.
type graphOptions struct {
	request
	planFile string
}

func newGraph(a *app, run func(context.Context, *graphOptions) error) *cobra.Command {
	o := &graphOptions{}
	o.mode = planner.ModeNormal
	cmd := &cobra.Command{
		Use:     "graph [PATH]",
		Short:   "Draw the operations of a plan in their order, for Graphviz",
		Long:    "Writes the operations that an apply would carry out, in their order and with the\nresources that want them, in the DOT language.",
		Example: "ctplan graph | dot -Tsvg > plan.svg\nctplan graph -plan=tonight.plan",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.path = args[0]
			}
			if err := o.selection.check(); err != nil {
				return err
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runGraph(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	o.variables.register(f)
	o.selection.register(f)
	f.StringVar(&o.planFile, "plan", "", "draw this saved plan")
	return cmd
}

func runGraph(ctx context.Context, a *app, o *graphOptions) error {
	ctx, _, stop := a.watch(ctx)
	defer stop()
	var plan *planner.Plan
	var err error
	if o.planFile != "" {
		plan, err = a.readPlan(o.planFile)
	} else {
		plan, err = a.planToLookAt(ctx, "graph", o.request)
	}
	if err != nil {
		return err
	}
	out := a.stdout()
	view.Graph(out, plan)
	return writeError("standard output", out.Err())
}

// planToLookAt makes a plan that is neither shown nor applied.
func (a *app) planToLookAt(ctx context.Context, command string, req request) (*planner.Plan, error) {
	h, err := a.openHost()
	if err != nil {
		return nil, err
	}
	defer h.Close()
	dir := a.stateDirectory()
	lock, err := a.lock(ctx, dir, state.Shared, command, a.human(false))
	if err != nil {
		return nil, err
	}
	defer lock.Unlock()
	now, err := readState(dir)
	if err != nil {
		return nil, err
	}
	made, err := a.makePlan(ctx, h, now, req)
	if err != nil {
		return nil, err
	}
	return made.plan, nil
}
