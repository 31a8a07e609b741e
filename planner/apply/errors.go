package apply

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// ErrInterrupted is the cause of a rollback that the operator asked for.
var ErrInterrupted = errors.New("interrupted")

// ErrApplied refuses a saved plan that was applied before.
var ErrApplied = errors.New("this plan was already applied; make a new one")

// StaleError refuses a plan because the host or the state is no longer what
// it was made for. Nothing has been changed.
type StaleError struct {
	// Differences say what moved from what to what.
	Differences []string
}

func (e *StaleError) Error() string {
	return "the plan is stale: " + strings.Join(e.Differences, "; ")
}

// ResumeError refuses to finish an unfinished transaction: the host is no
// longer what it was made for. Nothing has been changed.
type ResumeError struct{ Stale *StaleError }

func (e *ResumeError) Error() string {
	return "the transaction cannot be resumed: " + strings.Join(e.Stale.Differences, "; ")
}

func (e *ResumeError) Unwrap() error { return e.Stale }

// ElsewhereError refuses to undo a transaction on another host than its own.
// Nothing has been changed.
type ElsewhereError struct{ Was, Is string }

func (e *ElsewhereError) Error() string {
	return fmt.Sprintf("the unfinished transaction is about %s, and this run about %s", e.Was, e.Is)
}

// OpenJournalError refuses to start while an earlier transaction is unfinished.
type OpenJournalError struct {
	// Command and Who are those of the earlier run; Done of Total
	// operations had been carried out.
	Command, Who string
	Done, Total  int
}

func (e *OpenJournalError) Error() string {
	return fmt.Sprintf("an earlier `ctplan %s` by %s did not finish: %d of %d operations were carried out",
		e.Command, e.Who, e.Done, e.Total)
}

// StepError is an operation that failed.
type StepError struct {
	Operation planner.Operation
	Err       error
}

func (e *StepError) Error() string { return fmt.Sprintf("%s: %v", e.Operation, e.Err) }
func (e *StepError) Unwrap() error { return e.Err }

// VerifyError is an operation that reported success, but whose target does
// not read back as written.
type VerifyError struct {
	Want, Got *planner.State
}

func (e *VerifyError) Error() string {
	if e.Want != nil && e.Got != nil && e.Want.Mode == 0 && !strings.Contains(e.Want.Data+e.Got.Data, "\n") {
		return fmt.Sprintf("the write succeeded, but reading back gives %q instead of %q", e.Got.Data, e.Want.Data)
	}
	return "the write succeeded, but reading back gives something else"
}

// RolledBackError is a failed apply of which nothing is left on the host.
type RolledBackError struct {
	Cause error
	// Undone is the number of operations that had to be undone.
	Undone int
}

func (e *RolledBackError) Error() string { return e.Cause.Error() }
func (e *RolledBackError) Unwrap() error { return e.Cause }

// IncompleteError is a failed apply or rollback that left something behind.
// The journal stays, so that `ctplan rollback` can try again.
type IncompleteError struct {
	Cause    error
	Residues []Residue
}

// Residue is a target that could not be put back.
type Residue struct {
	Target planner.Target
	// Want is what it should hold again, Got what it holds.
	Want, Got *planner.State
	Err       error
}

func (r Residue) String() string { return fmt.Sprintf("%s: %v", r.Target, r.Err) }

func (e *IncompleteError) Error() string {
	var left []string
	for _, r := range e.Residues {
		left = append(left, r.String())
	}
	text := "the rollback is incomplete: " + strings.Join(left, "; ")
	if e.Cause != nil {
		text = e.Cause.Error() + "; " + text
	}
	return text
}

func (e *IncompleteError) Unwrap() error { return e.Cause }

// ErrChangedSince is the reason to leave a target alone while undoing.
var ErrChangedSince = errors.New("somebody else has changed it since; left alone")
