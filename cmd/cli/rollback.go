package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/state"
)

// rollbackOptions are the flags of rollback.
type rollbackOptions struct {
	view        viewFlags
	to          int64 // serial, or -1 for the one before the current
	force       bool
	autoApprove bool
	input       bool
}

func newRollback(a *app, run func(context.Context, *rollbackOptions) error) *cobra.Command {
	o := &rollbackOptions{}
	cmd := &cobra.Command{
		Use:   "rollback",
		Short: "Undo the last apply, or a run that was cut off",
		Long: "Undoes a run that was cut off, if there is one. Otherwise it puts the host back to\n" +
			"what it was before the last apply, or with -to after an earlier one: `ctplan history`\n" +
			"lists them, and serial 0 is the host before ctplan.\n\n" +
			"It refuses to overwrite what somebody else has changed since, unless -force is given.",
		Example: "ctplan rollback\n" +
			"ctplan rollback -to=41\n" +
			"ctplan rollback -auto-approve -force",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd.Flags().Changed("to")); err != nil {
				return err
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runRollback(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	o.view.register(f)
	f.Int64Var(&o.to, "to", -1, "go back to the host as it was after this serial")
	f.Lookup("to").DefValue = ""
	f.BoolVar(&o.force, "force", false, "overwrite what somebody else has changed since")
	f.BoolVar(&o.autoApprove, "auto-approve", false, "do not ask")
	f.BoolVar(&o.input, "input", true, "ask on the terminal")
	return cmd
}

func (o *rollbackOptions) check(toGiven bool) error {
	if toGiven && o.to < 0 {
		return &usageError{fmt.Sprintf("-to=%d is not a serial. `ctplan history` lists them.", o.to)}
	}
	if o.view.json && !o.autoApprove {
		return &usageError{"-json cannot ask for approval. Give -auto-approve."}
	}
	return nil
}

func runRollback(ctx context.Context, a *app, o *rollbackOptions) error {
	ctx, stop, done := a.watch(ctx)
	defer done()
	return a.speak(&o.view, true, func(v view.View) error {
		h, err := a.openHost()
		if err != nil {
			return err
		}
		defer h.Close()
		dir := a.stateDirectory()
		lock, err := a.lock(ctx, dir, state.Exclusive, "rollback", v)
		if err != nil {
			return err
		}
		defer lock.Unlock()
		journal, err := dir.Journal()
		if err != nil {
			return err
		}
		if journal == nil {
			return a.rollBackTo(ctx, h, dir, v, stop, o)
		}
		defer journal.Close()
		committed, err := apply.Committed(dir, journal)
		if err != nil {
			return err
		}
		if committed {
			v.Note("The last run was cut off after its last step: it counts as applied.")
			if err := journal.Remove(); err != nil {
				return err
			}
			return a.rollBackTo(ctx, h, dir, v, stop, o)
		}
		return a.undoJournal(ctx, h, dir, journal, v, stop, o)
	})
}

// undoJournal takes back a run that was cut off. It does not ask: the host
// is in between two states, and this is the way out.
func (a *app) undoJournal(ctx context.Context, h Host, dir *state.Dir, journal *state.Journal, v view.View, stop *interrupts, o *rollbackOptions) error {
	if o.to >= 0 {
		return &failure{summary: "An earlier run did not finish", detail: "Undo it first with `ctplan rollback`, without -to."}
	}
	now, err := dir.Read()
	if err != nil {
		return err
	}
	plan := journal.Header().Plan
	v.Note(sentence(apply.Open(journal).Error()) + " Undoing them.")
	v.Begin(&plan)
	t := a.transaction(h, dir, "rollback", v, stop)
	err = t.Undo(ctx, journal, o.force)
	var incomplete *apply.IncompleteError
	if errors.As(err, &incomplete) {
		v.Outcome(view.Outcome{Result: view.Incomplete, Mode: planner.ModeRollback, Plan: &plan, Residues: incomplete.Residues})
		return status(ExitIncomplete)
	}
	if errors.Is(err, context.Canceled) {
		v.Outcome(view.Outcome{Result: view.Stopped, Mode: planner.ModeRollback, Plan: &plan})
		return status(ExitInterrupt)
	}
	if err != nil {
		return err
	}
	v.Outcome(view.Outcome{Result: view.Undone, Mode: planner.ModeRollback, Plan: &plan, Serial: now.Serial})
	return nil
}

// rollBackTo plans and carries out the way back to an earlier serial.
func (a *app) rollBackTo(ctx context.Context, h Host, dir *state.Dir, v view.View, stop *interrupts, o *rollbackOptions) error {
	now, err := dir.Read()
	if err != nil {
		return err
	}
	to, err := rollbackTarget(dir, o.to, now.Serial)
	if err != nil {
		return err
	}
	in, err := a.rollbackInput(ctx, h, dir, now, to)
	if err != nil {
		return err
	}
	in.Force = o.force
	plan := planner.BuildRollback(in)
	v.Plan(plan, o.view.plan)
	v.Diagnostics(view.FromFindings(plan.Findings))
	if len(plan.Errors()) > 0 {
		return status(ExitError)
	}
	if view.ChangesAnything(plan) {
		if err := a.approve(ctx, approval{o.autoApprove, o.input, plan.Mode}); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	v.Begin(plan)
	t := a.transaction(h, dir, "rollback", v, stop)
	return a.conclude(v, dir, plan, now.Serial, t.Run(ctx, plan))
}

// rollbackTarget is the serial to go back to.
func rollbackTarget(dir *state.Dir, to int64, current uint64) (uint64, error) {
	if to >= 0 {
		if uint64(to) >= current {
			return 0, &failure{summary: "Nothing to roll back", detail: fmt.Sprintf("The host is at serial %d; -to has to name an earlier one.", current)}
		}
		return uint64(to), nil
	}
	at, err := position(dir, current)
	if err != nil {
		return 0, err
	}
	if at == 0 {
		return 0, &failure{summary: "Nothing to roll back", detail: "Nothing that ctplan changed on this host is left."}
	}
	return at - 1, nil
}

// position is the serial whose host this is: a rollback is a generation of
// its own that returned to an earlier one, so that a second rollback goes
// one step further back instead of undoing the first.
func position(dir *state.Dir, serial uint64) (uint64, error) {
	for serial > 0 {
		g, err := wayBack(dir, serial)
		if err != nil {
			return 0, err
		}
		if g.RollbackTo == nil {
			break
		}
		serial = *g.RollbackTo
	}
	return serial, nil
}

// rollbackInput gathers what a rollback is planned from.
func (a *app) rollbackInput(ctx context.Context, h Host, dir *state.Dir, now *state.File, to uint64) (planner.RollbackInput, error) {
	in := planner.RollbackInput{
		Version: a.Build.Version, Now: a.Now(), Lineage: now.Lineage, Serial: now.Serial, Managed: now.Managed, To: to,
	}
	facts, err := h.Facts(ctx)
	if err != nil {
		return in, err
	}
	if err := sameNetns(now, facts); err != nil {
		return in, err
	}
	in.Facts = facts
	if to > 0 {
		g, err := wayBack(dir, to)
		if err != nil {
			return in, err
		}
		in.Goal = g.State.Managed
	}
	var touched []planner.Target
	for serial := to + 1; serial <= now.Serial; serial++ {
		g, err := wayBack(dir, serial)
		if err != nil {
			return in, err
		}
		in.Undo = append(in.Undo, g.Operations...)
		for _, op := range g.Operations {
			touched = append(touched, op.Target)
		}
	}
	in.Live, err = apply.ReadAll(ctx, h, touched, nil)
	return in, err
}

// wayBack is a generation that a rollback cannot do without.
func wayBack(dir *state.Dir, serial uint64) (*state.Generation, error) {
	g, err := generation(dir, serial)
	var corrupt *state.CorruptError
	if errors.As(err, &corrupt) {
		corrupt.Advice = "A rollback needs every serial that it undoes, and the one that it goes back to: choose a later one with -to. " +
			"`ctplan destroy` needs no history: it puts back what was there before ctplan"
	}
	return g, err
}

func generation(dir *state.Dir, serial uint64) (*state.Generation, error) {
	g, err := dir.Generation(serial)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &failure{
			summary: "Serial not in the history",
			detail: fmt.Sprintf("The history does not hold serial %d: it keeps the last %d. `ctplan history` lists them; "+
				"`ctplan destroy` needs none of them, and puts back what was there before ctplan.", serial, state.KeepGenerations),
			err: err,
		}
	}
	return g, err
}
