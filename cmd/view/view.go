package view

import (
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
)

// View shows one run of a command that plans or applies. Text and event
// stream implement it; a command does not know which of them it talks to.
type View interface {
	// Diagnostics shows warnings and errors.
	Diagnostics(diags []Diagnostic)
	// Plan shows a plan.
	Plan(plan *planner.Plan, opts PlanOptions)
	// Drift shows how the host differs from the configuration of a plan.
	Drift(plan *planner.Plan, opts PlanOptions)
	// Begin announces the operations whose events follow.
	Begin(plan *planner.Plan)
	// Progress shows an event of the transaction.
	Progress(e apply.Event)
	// Saved says where a plan was saved.
	Saved(file string)
	// Note says something that is neither a warning nor part of a plan.
	Note(text string)
	// Outcome shows how a transaction ended.
	Outcome(o Outcome)
}

// Result is how a transaction ended.
type Result int

// The results of a transaction.
const (
	// Applied means that the host is as planned.
	Applied Result = iota
	// Undone means that a run that was cut off is taken back.
	Undone
	// RolledBack means that something failed and the host is as it was.
	RolledBack
	// Incomplete means that something failed and could not all be undone.
	Incomplete
	// Stopped means that the transaction ended in the middle and its journal
	// is kept.
	Stopped
)

// Outcome is a result with what there is to say about it.
type Outcome struct {
	Result Result
	Mode   planner.Mode
	Plan   *planner.Plan
	// Serial is the state's serial after the transaction.
	Serial uint64
	// Residues are what an incomplete rollback left behind.
	Residues []apply.Residue
}
