package apply

import (
	"context"
	"errors"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/state"
)

// Undo takes back an unfinished transaction, after a crash or a second
// interrupt. It returns nil when the host is as it was before that
// transaction, *IncompleteError when something is left, and *ElsewhereError
// on another host than the transaction's. With force it overwrites what
// somebody else changed meanwhile.
func (t *Transaction) Undo(ctx context.Context, j *state.Journal, force bool) error {
	committed, err := Committed(t.State, j)
	if err != nil {
		return err
	}
	if committed {
		return j.Remove() // it was complete but for the journal's removal
	}
	if err := t.sameHost(ctx, j); err != nil {
		return err
	}
	err = t.undo(ctx, j, nil, force)
	var rolledBack *RolledBackError
	if errors.As(err, &rolledBack) {
		return nil
	}
	return err
}

// Committed reports whether a journal's transaction reached its commit: a
// process that is killed between that and the journal's removal has done all
// that it was asked to.
func Committed(dir *state.Dir, j *state.Journal) (bool, error) {
	now, err := dir.Read()
	if err != nil {
		return false, err
	}
	return now.Serial >= j.Header().Serial, nil
}

// sameHost refuses a journal of another network namespace or, unless the
// machine has booted since, of another root directory: a step of which it is
// unknown how far it came is put back whatever is there.
func (t *Transaction) sameHost(ctx context.Context, j *state.Journal) error {
	then := j.Header().Plan.Host
	now, err := t.Host.Facts(ctx)
	if err != nil {
		return err
	}
	if !then.SameNetns(now) {
		return &ElsewhereError{Was: then.Netns(), Is: now.Netns()}
	}
	if then.Root != now.Root && then.BootID == now.BootID {
		return &ElsewhereError{Was: "the root directory " + then.Root, Is: "the root directory " + now.Root}
	}
	return nil
}

// undo takes back every operation that may have had an effect, last first,
// goes on past failures, and then removes what begin had staged. When the
// context ends it stops, and the journal stays.
func (t *Transaction) undo(ctx context.Context, j *state.Journal, cause error, force bool) error {
	steps, ops := j.Steps(), j.Header().Plan.Operations
	touched := 0
	for _, s := range steps {
		if s == state.StepStarted || s == state.StepDone {
			touched++
		}
	}
	t.notify(Event{Type: EventUndoStart, Total: touched, Err: cause})
	facts, err := t.Host.Facts(ctx)
	if err != nil {
		return &IncompleteError{Cause: errors.Join(cause, err)}
	}
	// A network namespace that was made anew under its name has lost its
	// values just as a machine that has booted.
	rebooted := facts.BootID != j.Header().BootID || facts.NetnsInode != j.Header().Plan.Host.NetnsInode
	var residues []Residue
	var taken []planner.Operation
	undone := 0
	for i := len(ops) - 1; i >= 0; i-- {
		if steps[i] != state.StepStarted && steps[i] != state.StepDone {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		began := t.Now()
		did, err := t.undoStep(ctx, ops[i], undoMode{
			uncertain: steps[i] == state.StepStarted,
			rebooted:  rebooted,
			force:     force,
		})
		event := Event{Type: EventUndoStep, Operation: ops[i].Inverse(), Index: i, Total: touched, Elapsed: t.Now().Sub(began), Err: err}
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			event.Type = EventUndoError
			got, _ := Read(ctx, t.Host, ops[i].Target)
			residues = append(residues, Residue{Target: ops[i].Target, Want: ops[i].Before, Got: got, Err: err})
		} else if did {
			undone++
		}
		taken = append(taken, ops[i])
		// The journal line only saves work in a second attempt: on a full
		// disk the undo must go on without it.
		if err == nil {
			_ = j.Undone(i)
		}
		t.notify(event)
	}
	reload := t.reload(ctx, taken)
	if len(residues) > 0 || reload != nil {
		return &IncompleteError{Cause: errors.Join(cause, reload), Residues: residues}
	}
	if err := t.cleanUp(j); err != nil {
		return &IncompleteError{Cause: errors.Join(cause, err)}
	}
	t.notify(Event{Type: EventUndoComplete, Total: undone})
	return &RolledBackError{Cause: cause, Undone: undone}
}

// cleanUp removes the staged state, its generation and the journal, in that
// order: with the journal gone nothing would know of the others.
func (t *Transaction) cleanUp(j *state.Journal) error {
	if err := t.State.Discard(); err != nil {
		return err
	}
	if err := t.State.DropGeneration(j.Header().Serial); err != nil {
		return err
	}
	return j.Remove()
}

// undoMode says what is known about an operation that is to be undone.
type undoMode struct {
	uncertain bool // it was started, and may have had any effect or none
	rebooted  bool // the machine has booted since, runtime values are gone
	force     bool
}

// undoStep puts one target back. It reports whether there was anything to do.
// A target that holds neither what the operation left nor what it found was
// changed by somebody else, and stays.
func (t *Transaction) undoStep(ctx context.Context, op planner.Operation, m undoMode) (bool, error) {
	live, err := Read(ctx, t.Host, op.Target)
	if err != nil {
		return false, err
	}
	kind := op.Target.Kind
	ours := m.uncertain && !m.rebooted || m.force || kind.Same(live, op.After)
	switch {
	case kind == planner.KindFlows:
		return false, nil // gone for good, as the plan said
	case kind.Same(live, op.Before) && m.uncertain && kind == planner.KindFile:
		// Writing once more clears the temporary file of a write that was killed.
		return false, change(ctx, t.Host, op.Target, live, op.Before)
	case kind.Same(live, op.Before):
		return false, nil
	case kind.Fleeting() && (op.Before == nil || live == nil):
		return false, nil // it comes and goes with its module, whose turn is next
	case !ours && m.rebooted && kind != planner.KindFile:
		return false, nil // what the operation did went with the boot
	case !ours:
		return false, ErrChangedSince
	case !op.Reversible():
		return false, errors.New(op.Irreversible)
	}
	return true, change(ctx, t.Host, op.Target, live, op.Before)
}
