package view

import (
	"fmt"
	"slices"

	"github.com/ctplan/ctplan/planner"
)

// DriftText writes what `ctplan drift` found: how the host differs from the
// configuration, each attribute as declared and as it is.
func DriftText(out *Output, plan *planner.Plan, opts PlanOptions) {
	p := out.page()
	defer p.flush()
	differs := Drifted(plan)
	if len(differs) == 0 {
		p.line(in(boldOK, "No drift.").style(bold, " The host is as declared."))
		return
	}
	if opts.Summary {
		p.list(differs)
	} else {
		p.text("The host differs from the configuration (declared -> current):")
		for _, c := range differs {
			p.blank()
			p.line(text("  # ").style(bold, clean(c.Address)+driftWords(c.Action)))
			for _, note := range c.Notes {
				p.remark(note)
			}
			p.resource(c, opts.Full)
		}
	}
	p.blank()
	p.line(in(bold, "Drift:").add(fmt.Sprintf(" %s differ%s from the configuration.", count(len(differs), "resource"), thirdPerson(len(differs)))))
}

func thirdPerson(n int) string {
	if n == 1 {
		return "s"
	}
	return ""
}

func driftWords(a planner.Action) string {
	switch a {
	case planner.ActionDelete:
		return " has been deleted"
	case planner.ActionCreate:
		return " is applied, and no longer in the configuration"
	case planner.ActionUpdate, planner.ActionForget, planner.ActionNoOp:
	}
	return " has changed"
}

// Drifted is a plan looked at from the other side: how the host came to
// differ from what is declared, instead of how it gets back there.
func Drifted(plan *planner.Plan) []planner.Change {
	var out []planner.Change
	for _, c := range plan.Changes {
		if c.Action == planner.ActionNoOp || c.Action == planner.ActionForget {
			continue
		}
		d := c
		d.Attributes = slices.Clone(c.Attributes)
		for i := range d.Attributes {
			a := &d.Attributes[i]
			a.Before, a.After = a.After, a.Before
			a.BeforeNote, a.AfterNote = a.AfterNote, a.BeforeNote
		}
		d.Reason, d.Irreversible, d.Notes = "", nil, nil
		switch c.Action {
		case planner.ActionCreate:
			d.Action = planner.ActionDelete
		case planner.ActionDelete:
			d.Action = planner.ActionCreate
		case planner.ActionUpdate, planner.ActionNoOp, planner.ActionForget:
		}
		for _, e := range plan.Drift {
			if e.Address == c.Address {
				d.Notes = append([]string{fmt.Sprintf("changed outside of ctplan since the last apply, serial %d", plan.Serial)}, e.Notes...)
			}
		}
		out = append(out, d)
	}
	return out
}
