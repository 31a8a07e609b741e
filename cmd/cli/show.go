package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/state"
)

// showOptions are the flags of show.
type showOptions struct {
	file  string
	json  bool
	rules bool
	plan  view.PlanOptions
}

func newShow(a *app, run func(context.Context, *showOptions) error) *cobra.Command {
	o := &showOptions{}
	cmd := &cobra.Command{
		Use:   "show [PLANFILE]",
		Short: "Show what ctplan owns, or a saved plan",
		Long: "Without an argument it shows the resources that ctplan owns on this host, as they\n" +
			"were last applied. With a PLANFILE it shows that plan. -json writes the documents\n" +
			"that Terraform's tools read, with what only ctplan knows under \"ctplan\".\n\n" +
			"With -rules it reads ctplan's packet filter rules from the host, with the packets\n" +
			"and bytes that each has counted.",
		Example: "ctplan show\nctplan show -rules\nctplan show tonight.plan\nctplan show -json tonight.plan | conftest test -",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.file = args[0]
			}
			if o.rules && o.file != "" {
				return &usageError{"-rules shows the rules on the host, so that it goes with no PLANFILE."}
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runShow(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "write a JSON document")
	f.BoolVar(&o.rules, "rules", false, "show the packet filter rules on the host, with their counters")
	f.BoolVar(&o.plan.Summary, "summary", false, "show one line per changed attribute")
	f.BoolVar(&o.plan.Full, "full", false, "show what does not change too, and every operation with its undo")
	f.BoolVar(&o.plan.Commands, "commands", false, "show the equivalent shell commands")
	return cmd
}

func runShow(ctx context.Context, a *app, o *showOptions) error {
	if o.rules {
		return showRules(ctx, a, o.json)
	}
	out := a.stdout()
	if o.file == "" {
		now, err := a.readShared(ctx, "show")
		if err != nil {
			return err
		}
		if o.json {
			view.StateJSON(out, now)
		} else {
			view.StateText(out, now, nil)
		}
		return writeError("standard output", out.Err())
	}
	plan, err := a.readPlan(o.file)
	if err != nil {
		return err
	}
	if o.json {
		view.PlanJSON(out, plan)
	} else {
		h := a.human(false)
		h.Plan(plan, o.plan)
		h.Diagnostics(view.FromFindings(plan.Findings))
		out = h.Out
	}
	return writeError("standard output", out.Err())
}

// readShared reads the state under the shared lock.
func (a *app) readShared(ctx context.Context, command string) (*state.File, error) {
	dir := a.stateDirectory()
	lock, err := a.lock(ctx, dir, state.Shared, command, a.human(false))
	if err != nil {
		return nil, err
	}
	defer lock.Unlock()
	return dir.Read()
}
