package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/state"
)

// applyOptions are the flags of apply and destroy.
type applyOptions struct {
	request
	view             viewFlags
	command          string
	planFile         string
	autoApprove      bool
	input            bool
	resume           bool
	detailedExitcode bool
	expectNoChanges  bool
}

func newApply(a *app, run func(context.Context, *applyOptions) error) *cobra.Command {
	o := &applyOptions{command: "apply"}
	o.mode = planner.ModeNormal
	cmd := &cobra.Command{
		Use:   "apply [PATH | PLANFILE]",
		Short: "Change the host as planned",
		Long: "Plans, asks, and changes the host as one transaction: every operation is journaled,\n" +
			"carried out and read back, and when anything fails, everything is undone.\n\n" +
			"A PLANFILE of `ctplan plan -out` is applied without asking, and only if the host is\n" +
			"still what it was made for.",
		Example: "ctplan apply\n" +
			"ctplan apply -auto-approve            # for provisioning; run it again and again\n" +
			"ctplan apply tonight.plan\n" +
			"ctplan apply -resume                  # finish a run that was cut off",
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.path = args[0]
			}
			if err := a.sortOutPlanFile(o); err != nil {
				return err
			}
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
	f := cmd.Flags()
	o.variables.register(f)
	f.BoolVar(&o.resume, "resume", false, "finish an apply that was cut off, instead of rolling it back")
	f.BoolVar(&o.detailedExitcode, "detailed-exitcode", false, "exit 2 when something was changed")
	f.BoolVar(&o.expectNoChanges, "expect-no-changes", false, "fail when there is anything to change")
	return cmd
}

// register adds the flags that apply and destroy share.
func (o *applyOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	o.view.register(f)
	o.selection.register(f)
	o.risks.register(f)
	f.BoolVar(&o.autoApprove, "auto-approve", false, "do not ask")
	f.BoolVar(&o.input, "input", true, "ask on the terminal")
}

// sortOutPlanFile tells a saved plan from a configuration: a file that is no
// configuration file is a plan.
func (a *app) sortOutPlanFile(o *applyOptions) error {
	if o.path == "" || isConfigFile(o.path) {
		return nil
	}
	if info, err := os.Stat(a.path(o.path)); err == nil && info.IsDir() {
		return nil
	}
	o.planFile, o.path = o.path, ""
	return nil
}

func (o *applyOptions) check() error {
	if o.view.json && o.view.jsonInto != "" {
		return &usageError{"-json and -json-into cannot be combined. With -json-into the text stays on the terminal."}
	}
	if o.view.json && !o.autoApprove && o.planFile == "" && !o.resume {
		return &usageError{"-json cannot ask for approval. Give -auto-approve, or a plan file."}
	}
	if o.planFile != "" && (!o.selection.empty() || len(o.variables.list) > 0) {
		return &usageError{"A saved plan is applied as it is: -var, -var-file, -target and -exclude belong to `ctplan plan`."}
	}
	if o.resume && (o.planFile != "" || o.path != "") {
		return &usageError{"-resume finishes the plan in the journal, so that no other can be named."}
	}
	if err := o.risks.check(); err != nil {
		return err
	}
	return o.selection.check()
}

func runApply(ctx context.Context, a *app, o *applyOptions) error {
	ctx, stop, done := a.watch(ctx)
	defer done()
	return a.speak(&o.view, true, func(v view.View) error {
		var saved *planned
		if o.planFile != "" {
			plan, err := a.readPlan(o.planFile)
			if err != nil {
				return err
			}
			saved = &planned{plan: plan}
		}
		h, err := a.openHost()
		if err != nil {
			return err
		}
		defer h.Close()
		dir := a.stateDirectory()
		lock, err := a.lock(ctx, dir, state.Exclusive, o.command, v)
		if err != nil {
			return err
		}
		defer lock.Unlock()
		if o.resume {
			return a.resume(ctx, h, dir, v, stop)
		}
		return a.applyLocked(ctx, h, dir, v, stop, o, saved)
	})
}

// applyLocked plans, asks and applies. The state is locked.
func (a *app) applyLocked(ctx context.Context, h Host, dir *state.Dir, v view.View, stop *interrupts, o *applyOptions, made *planned) error {
	now, err := readState(dir)
	if err != nil {
		return err
	}
	isSaved := made != nil
	if isSaved {
		err = apply.Check(ctx, h, now, made.plan)
	} else {
		made, err = a.makePlan(ctx, h, now, o.request)
	}
	if err != nil {
		return err
	}
	plan := made.plan
	v.Plan(plan, o.view.plan)
	v.Diagnostics(made.warnings)
	v.Diagnostics(view.FromFindings(plan.Findings))
	if len(plan.Errors()) > 0 {
		return status(ExitError)
	}
	if o.expectNoChanges && view.ChangesAnything(plan) {
		return &failure{summary: "Changes found", detail: "-expect-no-changes was given, and the plan above has changes; nothing was changed."}
	}
	if view.ChangesAnything(plan) && !isSaved {
		if err := a.approve(ctx, approval{o.autoApprove, o.input, plan.Mode}); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t := a.transaction(h, dir, o.command, v, stop)
	if t.Verify, err = a.postconditions(h, made); err != nil {
		return err
	}
	v.Begin(plan)
	if err := a.conclude(v, dir, plan, now.Serial, t.Run(ctx, plan)); err != nil {
		return err
	}
	if o.detailedExitcode && view.ChangesAnything(plan) {
		return status(ExitDiffers)
	}
	return nil
}

// readPlan reads a saved plan and takes over which host it is for, unless the
// command line says otherwise.
func (a *app) readPlan(name string) (*planner.Plan, error) {
	src, err := os.ReadFile(a.path(name))
	if err != nil {
		return nil, &failure{summary: "Plan file not read", detail: sentence(err.Error()), err: err}
	}
	plan, err := planner.Decode(src)
	if err != nil {
		var format *planner.FormatError
		if errors.As(err, &format) {
			return nil, &failure{summary: "Unusable plan file", detail: fmt.Sprintf("%s cannot be used: %s.", name, format.Reason), err: err}
		}
		return nil, err
	}
	if a.netns == "" {
		a.netns = plan.Host.NetnsName
	}
	if a.root == "" && plan.Host.Root != "/" {
		a.root = plan.Host.Root
	}
	a.addSources(parseFiles(plan.Config.Files), nil)
	return plan, nil
}

// resume finishes the transaction of an open journal.
func (a *app) resume(ctx context.Context, h Host, dir *state.Dir, v view.View, stop *interrupts) error {
	journal, err := dir.Journal()
	if err != nil {
		return err
	}
	if journal == nil {
		return &failure{summary: "Nothing to resume", detail: "No run of ctplan was cut off on this host."}
	}
	defer journal.Close()
	now, err := dir.Read()
	if err != nil {
		return err
	}
	plan := journal.Header().Plan
	v.Plan(&plan, view.PlanOptions{Summary: true})
	v.Begin(&plan)
	t := a.transaction(h, dir, journal.Header().Kind, v, stop)
	if t.Verify, err = a.postconditions(h, &planned{plan: &plan}); err != nil {
		return err
	}
	return a.conclude(v, dir, &plan, now.Serial, t.Resume(ctx, journal))
}

// refuseOpenJournal stops a command while an earlier run is unfinished. The
// journal of one that was complete but for the journal's own removal is none:
// the next transaction clears it away.
func refuseOpenJournal(dir *state.Dir) error {
	journal, err := dir.Journal()
	if err != nil || journal == nil {
		return err
	}
	defer journal.Close()
	committed, err := apply.Committed(dir, journal)
	if err != nil || committed {
		return err
	}
	return apply.Open(journal)
}
