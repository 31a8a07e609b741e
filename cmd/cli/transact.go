package cli

import (
	"context"
	"errors"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/state"
)

// transaction prepares a transaction whose progress is shown in a view.
func (a *app) transaction(h Host, dir *state.Dir, command string, v view.View, stop *interrupts) *apply.Transaction {
	return &apply.Transaction{
		Host:    h,
		State:   dir,
		Command: command,
		Who:     a.who(),
		Version: a.Build.Version,
		Now:     a.Now,
		Notify:  v.Progress,
		Interrupted: stop.transaction(func(second bool) {
			if second {
				v.Note("Two interrupts received. Stopping at once; the journal stays.")
				return
			}
			v.Note("Interrupt received. Finishing the current step, then rolling everything back. Interrupt again to stop at once.")
		}),
	}
}

// conclude shows how a transaction ended and turns its error into an exit
// code. serial is that of the state before it.
func (a *app) conclude(v view.View, dir *state.Dir, plan *planner.Plan, serial uint64, err error) error {
	var rolledBack *apply.RolledBackError
	var incomplete *apply.IncompleteError
	o := view.Outcome{Mode: plan.Mode, Plan: plan, Serial: serial}
	switch {
	case err == nil:
		v.Outcome(o)
		return nil
	case errors.As(err, &incomplete):
		o.Result, o.Residues = view.Incomplete, incomplete.Residues
		err = incomplete
		if incomplete.Cause != nil {
			v.Diagnostics(diagnose(incomplete.Cause, a.Root))
		}
	case errors.As(err, &rolledBack):
		o.Result = view.RolledBack
		v.Diagnostics(diagnose(rolledBack.Cause, a.Root))
	case errors.Is(err, context.Canceled) && refuseOpenJournal(dir) != nil:
		o.Result = view.Stopped
	default:
		return err // nothing was begun
	}
	v.Outcome(o)
	return status(exitCode(err))
}

// finish shows an error in the view of the command, so that it becomes part
// of the event stream too, and keeps its exit code.
func (a *app) finish(v view.View, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		v.Note("Interrupted. Nothing was changed.")
		return status(ExitInterrupt)
	}
	if !errors.Is(err, errDeclined) {
		v.Diagnostics(diagnose(err, a.Root))
	}
	return status(exitCode(err))
}
