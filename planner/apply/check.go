package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/state"
)

// Check compares the machine and the state with what the plan was made for,
// then every target that it is about to change. It returns a *StaleError or
// ErrApplied, and reads only.
func Check(ctx context.Context, h host.Host, now *state.File, plan *planner.Plan) error {
	if slices.Contains(now.AppliedPlans, plan.ID()) {
		return ErrApplied
	}
	facts, err := h.Facts(ctx)
	if err != nil {
		return err
	}
	moved := identity(plan.Host, facts)
	if plan.Lineage != now.Lineage || plan.Serial != now.Serial {
		moved = append(moved, fmt.Sprintf("the state has moved from serial %d to %d", plan.Serial, now.Serial))
	}
	if len(moved) > 0 {
		return &StaleError{moved}
	}
	for _, op := range plan.Operations {
		live, err := Read(ctx, h, op.Target)
		if err != nil {
			return err
		}
		if !op.Target.Kind.Same(live, op.Before) {
			moved = append(moved, difference(op, live))
		}
	}
	if len(moved) > 0 {
		return &StaleError{moved}
	}
	return nil
}

// identity lists in which respects a machine is not the one of the plan.
func identity(planned, now planner.Facts) []string {
	var out []string
	differ := func(what, a, b string) {
		if a != b {
			out = append(out, fmt.Sprintf("%s was %s and is now %s", what, a, b))
		}
	}
	differ("the machine id", planned.MachineID, now.MachineID)
	differ("the boot id", planned.BootID, now.BootID)
	differ("the network namespace", fmt.Sprint(planned.NetnsInode), fmt.Sprint(now.NetnsInode))
	differ("the root directory", planned.Root, now.Root)
	return out
}

func difference(op planner.Operation, live *planner.State) string {
	subject := op.Target.String()
	if len(op.Addresses) > 0 {
		subject += " (" + op.Addresses[0] + ")"
	}
	if op.Target.Kind.Lines() {
		return subject + " has changed"
	}
	return fmt.Sprintf("%s was %s and is now %s", subject, show(op.Before), show(live))
}

func show(s *planner.State) string {
	if s == nil {
		return "(absent)"
	}
	return s.Data
}
