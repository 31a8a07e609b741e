package view

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ctplan/ctplan/planner"
)

// change writes the block of one resource.
func (p *page) change(c planner.Change, opts PlanOptions) {
	p.heading(c)
	p.resource(c, opts.Full)
}

// drifted writes the block of a resource that somebody else changed.
func (p *page) drifted(c planner.Change) {
	what := " has changed"
	if c.Action == planner.ActionDelete {
		what = " has been deleted"
	}
	p.line(text("  # ").style(bold, clean(c.Address)+what))
	p.resource(c, false)
}

// heading says in comments what becomes of the resource and why.
func (p *page) heading(c planner.Change) {
	address := clean(c.Address)
	switch c.Action {
	case planner.ActionCreate:
		p.line(text("  # ").style(bold, address+" will be created"))
	case planner.ActionUpdate:
		p.line(text("  # ").style(bold, address+" will be updated in-place"))
	case planner.ActionDelete:
		p.line(text("  # ").style(bold, address+" will be ").style(boldRed, "destroyed"))
	case planner.ActionForget:
		p.line(text("  # ").style(bold, address+" will no longer be managed by ctplan"))
		p.remark("the host keeps its settings")
	case planner.ActionNoOp:
		if c.PreviousAddress != "" {
			p.line(text("  # ").style(bold, clean(c.PreviousAddress)+" has moved to "+address))
		} else {
			p.line(text("  # ").style(bold, address+" is as declared"))
		}
	}
	if c.PreviousAddress != "" && c.Action != planner.ActionNoOp {
		p.remark("moved from " + c.PreviousAddress)
	}
	if c.Reason != "" {
		p.remark(c.Reason)
	}
	if restores(c) {
		p.remark("every setting goes back to the value found before ctplan")
	}
	for _, why := range c.Irreversible {
		p.remark("not reversible: " + why)
	}
	for _, note := range c.Notes {
		p.remark(note)
	}
}

// restores reports whether a deletion leaves values behind instead of nothing.
func restores(c planner.Change) bool {
	return c.Action == planner.ActionDelete && slices.ContainsFunc(c.Attributes, func(a planner.AttributeValue) bool {
		return a.After != nil
	})
}

// remark writes a comment in parentheses below the heading.
func (p *page) remark(s string) {
	lines := wrap("("+s+")", p.out.width()-4)
	for i, l := range lines {
		if i > 0 {
			l = " " + l
		}
		p.text("  # " + l)
	}
}

// resource writes the block itself.
func (p *page) resource(c planner.Change, full bool) {
	var runtime, boot []planner.AttributeValue
	for _, a := range c.Attributes {
		if a.Layer == planner.Boot {
			boot = append(boot, a)
		} else {
			runtime = append(runtime, a)
		}
	}
	rows := newRows(c, runtime, full, 6, p.out.width())
	bootRows := newRows(c, boot, full, 10, p.out.width())
	header := text("  ").join(symbolOf(c.Action).line()).add(" " + parseAddress(c.Address).block() + " {")
	if rows.empty() && bootRows.empty() {
		p.line(header.add("}"))
		return
	}
	p.line(comment(header, rows.common))
	p.rows(rows)
	switch {
	case bootRows.empty():
	case len(bootRows.shown) == 0:
		p.line(in(faint, "        # (1 unchanged block hidden)"))
	default:
		if !rows.empty() {
			p.blank()
		}
		header := text("      ").join(symbolOf(bootRows.action()).line()).add(" boot {")
		p.line(comment(header, bootRows.common))
		p.rows(bootRows)
		p.text("        }")
	}
	p.text("    }")
}

// comment appends a trailing comment to a line.
func comment(l line, s string) line {
	if s == "" {
		return l
	}
	return l.style(faint, " # "+clean(s))
}

// list writes one line per changed attribute.
func (p *page) list(changes []planner.Change) {
	var lines []line
	var values []line
	for _, c := range changes {
		if c.Action == planner.ActionNoOp {
			continue
		}
		head := text("  ").join(symbolOf(c.Action).line()).add(" ")
		before := len(lines)
		for _, a := range c.Attributes {
			if a.Same || a.Ignored {
				continue
			}
			name := clean(c.Address) + "."
			if a.Layer == planner.Boot {
				name += "boot."
			}
			action := attributeAction(c, a)
			lines = append(lines, text("  ").join(symbolOf(action).line()).add(" "+name+clean(a.Name)))
			values = append(values, oneLine(transition(c, a)))
		}
		if len(lines) == before {
			lines = append(lines, head.add(clean(c.Address)))
			values = append(values, nil)
		}
	}
	width := 0
	for _, l := range lines {
		width = max(width, l.width())
	}
	for i, l := range lines {
		p.line(l.pad(width).add("  ").join(values[i]))
	}
}

// assignments writes names and values, aligned and sorted.
func (p *page) assignments(indent string, m map[string]any) {
	width := 0
	for name := range m {
		width = max(width, text(clean(name)).width())
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		p.line(text(indent + clean(name)).pad(len(indent) + width).add(" = " + literal(m[name])))
	}
}

// operations writes the equivalent commands, and with -full the operations
// in the order in which they run, each with what undoes it.
func (p *page) operations(plan *planner.Plan, opts PlanOptions) {
	if opts.Full && len(plan.Operations) > 0 {
		p.blank()
		p.text("Operations, in the order in which they run:")
		for i, op := range plan.Operations {
			p.text(fmt.Sprintf("%4d. %s", i+1, clean(op.String())))
			undo := "undo: " + clean(op.Inverse().String())
			if !op.Reversible() {
				undo = "no undo: " + clean(op.Irreversible)
			}
			p.line(in(faint, "      "+undo))
		}
	}
	if opts.Commands && len(plan.Operations) > 0 {
		p.blank()
		p.text("Equivalent commands, in the order in which ctplan acts:")
		p.blank()
		for _, op := range plan.Operations {
			for _, command := range op.Shell() {
				p.text("  " + command)
			}
		}
	}
}
