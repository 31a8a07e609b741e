package view

import (
	"fmt"

	"github.com/ctplan/ctplan/planner"
)

// PlanOptions select what of a plan is shown.
type PlanOptions struct {
	// Summary shows one line per changed attribute instead of the blocks.
	Summary bool
	// Full shows what does not change too, and every operation with its undo.
	Full bool
	// Commands adds the equivalent shell commands.
	Commands bool
}

// repeatOver is the number of changed attributes from which the list of them is
// repeated below the blocks, where the end of a long plan can still be read.
const repeatOver = 20

// PlanText writes a plan for people.
func PlanText(out *Output, plan *planner.Plan, opts PlanOptions) {
	p := out.page()
	defer p.flush()
	shown := shownChanges(plan, opts)
	if !ChangesAnything(plan) {
		p.noChanges(plan, opts, shown)
		return
	}
	p.driftNote(plan)
	if opts.Summary {
		p.list(plan.Changes)
	} else {
		p.legend(plan.Changes)
		p.blank()
		p.text("ctplan will perform the following actions:")
		for _, c := range shown {
			p.blank()
			p.change(c, opts)
		}
		if rowCount(plan.Changes) > repeatOver {
			p.blank()
			p.text("All changes:")
			p.list(plan.Changes)
		}
	}
	p.operations(plan, opts)
	p.blank()
	p.summaryLine(plan)
	p.rollbackLine(plan)
	p.outputs(plan)
}

// ChangesAnything reports whether a plan has anything to approve: changes of
// the host, or resources to forget.
func ChangesAnything(plan *planner.Plan) bool {
	return plan.HasChanges() || changed(plan.Changes) > 0
}

func changed(changes []planner.Change) int {
	n := 0
	for _, c := range changes {
		if c.Action != planner.ActionNoOp {
			n++
		}
	}
	return n
}

// rowCount is how many lines the list of the changes has.
func rowCount(changes []planner.Change) int {
	n := 0
	for _, c := range changes {
		if c.Action != planner.ActionNoOp {
			n += max(1, differing(c))
		}
	}
	return n
}

// shownChanges leaves out what stays as it is, except renamed resources.
func shownChanges(plan *planner.Plan, opts PlanOptions) []planner.Change {
	var out []planner.Change
	for _, c := range plan.Changes {
		if opts.Full || c.Action != planner.ActionNoOp || c.PreviousAddress != "" {
			out = append(out, c)
		}
	}
	return out
}

// noChanges writes the page of a plan that does nothing. The first words are
// matched by review bots.
func (p *page) noChanges(plan *planner.Plan, opts PlanOptions, shown []planner.Change) {
	if !opts.Summary {
		for _, c := range shown {
			p.change(c, opts)
			p.blank()
		}
	}
	switch plan.Mode {
	case planner.ModeDestroy:
		p.line(in(boldOK, "No changes.").style(bold, " No objects need to be destroyed."))
	case planner.ModeRollback:
		p.line(in(boldOK, "No changes.").style(bold, " The host already is as it was at that time."))
	case planner.ModeNormal:
		p.line(in(boldOK, "No changes.").style(bold, " Your infrastructure matches the configuration."))
	}
	if n := ignored(plan.Changes); n > 0 {
		p.blank()
		p.line(in(faint, count(n, "difference")+" ignored by ignore_drift; -full shows more."))
	}
	p.outputs(plan)
}

func ignored(changes []planner.Change) int {
	n := 0
	for _, c := range changes {
		for _, a := range c.Attributes {
			if a.Ignored {
				n++
			}
		}
	}
	return n
}

// driftNote shows what somebody else changed, where that explains the plan.
func (p *page) driftNote(plan *planner.Plan) {
	drift := plan.RelevantDrift()
	if len(drift) == 0 || plan.Mode != planner.ModeNormal {
		return
	}
	p.line(in(cyan, "Note:").style(bold, " Kernel settings have changed outside of ctplan"))
	p.blank()
	p.prose(0, plain, fmt.Sprintf("ctplan detected the following changes made since the last \"ctplan apply\" "+
		"(serial %d) which may have affected this plan:", plan.Serial))
	for _, c := range drift {
		p.blank()
		p.drifted(c)
	}
	p.blank()
	p.rule()
}

// legend explains the symbols that occur.
func (p *page) legend(changes []planner.Change) {
	p.text("Resource actions are indicated with the following symbols:")
	for _, e := range legend {
		for _, c := range changes {
			if c.Action == e.action {
				p.line(text("  ").join(symbolOf(e.action).line()).add(" " + e.text))
				break
			}
		}
	}
}

// SummaryLine is Terraform's closing line, byte for byte: review bots match it.
func SummaryLine(plan *planner.Plan) string {
	add, change, destroy, forget := plan.Counts()
	s := fmt.Sprintf("Plan: %d to add, %d to change, %d to destroy", add, change, destroy)
	if forget > 0 {
		s += fmt.Sprintf(", %d to forget", forget)
	}
	return s + "."
}

func (p *page) summaryLine(plan *planner.Plan) {
	s := SummaryLine(plan)
	p.line(in(bold, s[:len("Plan:")]).add(s[len("Plan:"):]))
}

// rollbackLine says how much of the plan can be taken back. It stands after
// the summary line and never inside it.
func (p *page) rollbackLine(plan *planner.Plan) {
	reversible, all := reversibility(plan.Changes)
	if all == 0 {
		return
	}
	p.line(in(bold, "Rollback:").add(fmt.Sprintf(" %d of %s reversible.", reversible, count(all, "change"))))
}

func reversibility(changes []planner.Change) (reversible, all int) {
	for _, c := range changes {
		if c.Action == planner.ActionNoOp || c.Action == planner.ActionForget {
			continue
		}
		all++
		if len(c.Irreversible) == 0 {
			reversible++
		}
	}
	return reversible, all
}

func (p *page) outputs(plan *planner.Plan) {
	if len(plan.Outputs) == 0 || plan.Mode != planner.ModeNormal {
		return
	}
	p.blank()
	p.text("Outputs:")
	p.blank()
	p.assignments("", plan.Outputs)
}
