package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/state"
)

func TestExitCodes(t *testing.T) {
	boom := errors.New("boom")
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing wrong", nil, 0},
		{"any error", boom, 1},
		{"bad command line", &usageError{"x"}, 1},
		{"unfinished run", &apply.OpenJournalError{}, 1},
		{"differences", status(ExitDiffers), 2},
		{"unformatted files", status(ExitUnformatted), 3},
		{"rolled back", &apply.RolledBackError{Cause: boom}, 4},
		{"rolled back for a stale value", &apply.RolledBackError{Cause: &apply.StaleError{}}, 4},
		{"rollback incomplete", &apply.IncompleteError{Cause: boom}, 5},
		{"rollback incomplete after an interrupt", &apply.IncompleteError{Cause: apply.ErrInterrupted}, 5},
		{"stale", fmt.Errorf("x: %w", &apply.StaleError{}), 6},
		{"applied twice", apply.ErrApplied, 6},
		{"locked", fmt.Errorf("x: %w", &state.LockedError{}), 7},
		{"declined", errDeclined, 8},
		{"interrupted and rolled back", &apply.RolledBackError{Cause: apply.ErrInterrupted}, 130},
		{"stopped", context.Canceled, 130},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%s: exit %d, want %d", c.name, got, c.want)
		}
	}
}
