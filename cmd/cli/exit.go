package cli

import (
	"context"
	"errors"

	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/state"
)

// The exit codes. Scripts rely on them.
const (
	ExitOK          = 0   // done, or nothing to do
	ExitError       = 1   // an error, and nothing was changed
	ExitDiffers     = 2   // differences: plan -detailed-exitcode, drift
	ExitUnformatted = 3   // fmt -check found files to format
	ExitRolledBack  = 4   // apply failed, and everything was rolled back
	ExitIncomplete  = 5   // apply failed, and the rollback is incomplete
	ExitStale       = 6   // the saved plan no longer fits
	ExitLocked      = 7   // another process holds the lock
	ExitDeclined    = 8   // the operator did not approve
	ExitInterrupt   = 130 // interrupted
)

// errDeclined means that the operator answered something other than yes.
var errDeclined = errors.New("not approved")

// status is an error that has been shown, or needs no words: only its exit
// code is left to say.
type status int

func (s status) Error() string { return "exit status" }

// exitCode is the one place that turns errors into exit codes.
func exitCode(err error) int {
	var (
		code       status
		locked     *state.LockedError
		stale      *apply.StaleError
		rolledBack *apply.RolledBackError
		incomplete *apply.IncompleteError
	)
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &incomplete):
		return ExitIncomplete
	case errors.Is(err, apply.ErrInterrupted), errors.Is(err, context.Canceled):
		return ExitInterrupt
	case errors.As(err, &rolledBack):
		return ExitRolledBack
	case errors.As(err, &stale), errors.Is(err, apply.ErrApplied):
		return ExitStale
	case errors.As(err, &locked):
		return ExitLocked
	case errors.Is(err, errDeclined):
		return ExitDeclined
	}
	return ExitError
}
