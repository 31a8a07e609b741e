package view

import (
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
)

// Multi shows everything in several views: with -json-into people read text
// while the event stream goes to a file.
type Multi []View

var _ View = Multi(nil)

// Diagnostics implements View.
func (m Multi) Diagnostics(diags []Diagnostic) {
	for _, v := range m {
		v.Diagnostics(diags)
	}
}

// Plan implements View.
func (m Multi) Plan(plan *planner.Plan, opts PlanOptions) {
	for _, v := range m {
		v.Plan(plan, opts)
	}
}

// Drift implements View.
func (m Multi) Drift(plan *planner.Plan, opts PlanOptions) {
	for _, v := range m {
		v.Drift(plan, opts)
	}
}

// Begin implements View.
func (m Multi) Begin(plan *planner.Plan) {
	for _, v := range m {
		v.Begin(plan)
	}
}

// Progress implements View.
func (m Multi) Progress(e apply.Event) {
	for _, v := range m {
		v.Progress(e)
	}
}

// Saved implements View.
func (m Multi) Saved(file string) {
	for _, v := range m {
		v.Saved(file)
	}
}

// Note implements View.
func (m Multi) Note(text string) {
	for _, v := range m {
		v.Note(text)
	}
}

// Outcome implements View.
func (m Multi) Outcome(o Outcome) {
	for _, v := range m {
		v.Outcome(o)
	}
}
