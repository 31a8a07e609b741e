package apply

import (
	"context"
	"errors"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/state"
)

// Undo takes back an unfinished transaction, after a crash or a second
// interrupt. It returns nil when the host is as it was before that
// transaction, and *IncompleteError when something is left. With force it
// overwrites what somebody else changed meanwhile.
func (t *Transaction) Undo(ctx context.Context, j *state.Journal, force bool) error {
	committed, err := t.committed(j)
	if err != nil {
		return err
	}
	if committed {
		return j.Remove() // it was complete but for the journal's removal
	}
	err = t.undo(ctx, j, nil, force)
	var rolledBack *RolledBackError
	if errors.As(err, &rolledBack) {
		return nil
	}
	return err
}

// committed reports whether the journal's transaction reached its commit.
func (t *Transaction) committed(j *state.Journal) (bool, error) {
	now, err := t.State.Read()
	if err != nil {
		return false, err
	}
	return now.Serial >= j.Header().Serial, nil
}

// undo takes back every operation that may have had an effect, last first,
// goes on past failures, and then removes what begin had staged.
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
	rebooted := facts.BootID != j.Header().BootID
	var residues []Residue
	undone := 0
	for i := len(ops) - 1; i >= 0; i-- {
		if steps[i] != state.StepStarted && steps[i] != state.StepDone {
			continue
		}
		began := t.Now()
		did, err := t.undoStep(ctx, ops[i], undoMode{
			uncertain: steps[i] == state.StepStarted,
			rebooted:  rebooted,
			force:     force,
		})
		event := Event{Type: EventUndoStep, Operation: ops[i].Inverse(), Index: i, Total: touched, Elapsed: t.Now().Sub(began), Err: err}
		if err != nil {
			event.Type = EventUndoError
			got, _ := Read(ctx, t.Host, ops[i].Target)
			residues = append(residues, Residue{Target: ops[i].Target, Want: ops[i].Before, Got: got, Err: err})
		} else if did {
			undone++
		}
		// The journal line only saves work in a second attempt: on a full
		// disk the undo must go on without it.
		if err == nil {
			_ = j.Undone(i)
		}
		t.notify(event)
	}
	if len(residues) > 0 {
		return &IncompleteError{Cause: cause, Residues: residues}
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
