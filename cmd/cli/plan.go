package cli

import (
	"context"
	"fmt"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/state"
)

// planOptions are the flags of plan.
type planOptions struct {
	request
	view             viewFlags
	out              string
	destroy          bool
	detailedExitcode bool
	strictChecks     bool
}

func newPlan(a *app, run func(context.Context, *planOptions) error) *cobra.Command {
	o := &planOptions{}
	cmd := &cobra.Command{
		Use:   "plan [PATH]",
		Short: "Show what an apply would change",
		Long: "Compares the configuration with the live kernel and with what the next boot will\n" +
			"bring, and shows what an apply would do. Changes nothing.\n\n" +
			"PATH is a directory or a file *.ctplan.hcl; default is the current directory if it\n" +
			"holds a configuration, else /etc/ctplan.",
		Example: "ctplan plan\n" +
			"ctplan plan -out=tonight.plan && ctplan apply tonight.plan\n" +
			"ctplan plan -detailed-exitcode        # 0 nothing to do, 1 error, 2 changes\n" +
			"ctplan plan -summary -target='conntrack.*' -var 'gib=8'",
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.path = args[0]
			}
			if err := o.check(); err != nil {
				return err
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runPlan(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	o.view.register(f)
	o.variables.register(f)
	o.selection.register(f)
	o.risks.register(f)
	f.StringVar(&o.out, "out", "", "save the plan for `ctplan apply FILE`")
	f.BoolVar(&o.destroy, "destroy", false, "plan to put back everything that ctplan found")
	f.BoolVar(&o.detailedExitcode, "detailed-exitcode", false, "exit 2 when there are changes")
	f.BoolVar(&o.strictChecks, "strict-checks", false, "exit 1 when a check block fails")
	return cmd
}

func (o *planOptions) check() error {
	o.mode = planner.ModeNormal
	if o.destroy {
		o.mode = planner.ModeDestroy
	}
	if o.view.json && o.view.jsonInto != "" {
		return &usageError{"-json and -json-into cannot be combined. With -json-into the text stays on the terminal."}
	}
	if err := o.risks.check(); err != nil {
		return err
	}
	return o.selection.check()
}

func runPlan(ctx context.Context, a *app, o *planOptions) error {
	ctx, _, stop := a.watch(ctx)
	defer stop()
	return a.speak(&o.view, false, func(v view.View) error {
		made, err := a.lookAndPlan(ctx, v, "plan", o.request)
		if err != nil {
			return err
		}
		v.Plan(made.plan, o.view.plan)
		v.Diagnostics(made.warnings)
		v.Diagnostics(view.FromFindings(made.plan.Findings))
		return a.planned(v, o, made)
	})
}

// planned saves the plan and decides the exit code.
func (a *app) planned(v view.View, o *planOptions, made *planned) error {
	if len(made.plan.Errors()) > 0 {
		return status(ExitError)
	}
	if o.strictChecks && failedChecks(made.plan) > 0 {
		return &failure{summary: "Checks failed", detail: fmt.Sprintf("%d of %d checks failed, and -strict-checks makes that an error.",
			failedChecks(made.plan), len(made.plan.Checks))}
	}
	if o.out != "" {
		if err := savePlan(a.path(o.out), made.plan); err != nil {
			return err
		}
		v.Saved(o.out)
	}
	if o.detailedExitcode && view.ChangesAnything(made.plan) {
		return status(ExitDiffers)
	}
	return nil
}

func failedChecks(p *planner.Plan) int {
	n := 0
	for _, c := range p.Checks {
		if c.Status == "fail" || c.Status == "error" {
			n++
		}
	}
	return n
}

// savePlan writes a plan file, whole or not at all, for its owner only: it
// holds the configuration.
func savePlan(path string, p *planner.Plan) error {
	data, err := planner.Encode(p)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(path, data, 0o600, renameio.WithStaticPermissions(0o600)); err != nil {
		return &failure{summary: "Plan not saved", detail: sentence(err.Error()), err: err}
	}
	return nil
}

// readState reads the state of a directory that no transaction is left open in.
func readState(dir *state.Dir) (*state.File, error) {
	if err := refuseOpenJournal(dir); err != nil {
		return nil, err
	}
	return dir.Read()
}
