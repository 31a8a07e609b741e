package apply

import (
	"context"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/state"
)

// Resume finishes an unfinished transaction instead of undoing it. Every
// operation whose target still holds what was found before it is carried
// out; what already holds the wanted state is left. Anything else, and
// another boot or machine, is a *ResumeError, and nothing is changed.
func (t *Transaction) Resume(ctx context.Context, j *state.Journal) error {
	committed, err := Committed(t.State, j)
	if err != nil {
		return err
	}
	if committed {
		return j.Remove()
	}
	plan := j.Header().Plan
	facts, err := t.Host.Facts(ctx)
	if err != nil {
		return err
	}
	moved := identity(plan.Host, facts)
	from := 0
	for i, op := range plan.Operations {
		live, err := Read(ctx, t.Host, op.Target)
		if err != nil {
			return err
		}
		switch {
		case op.Target.Kind.Same(live, op.After):
			if from == i {
				from = i + 1
			}
		case !op.Target.Kind.Same(live, op.Before):
			moved = append(moved, difference(planner.Operation{Addresses: op.Addresses, Target: op.Target, Before: op.After}, live))
		}
	}
	if len(moved) > 0 {
		return &ResumeError{&StaleError{moved}}
	}
	return t.carryOut(ctx, j, from)
}
