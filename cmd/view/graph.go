package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// Graph writes the operations of a plan in the DOT language: boxes in the
// order in which they run, and the resources that want them.
func Graph(out *Output, plan *planner.Plan) {
	p := out.page()
	defer p.flush()
	p.text("digraph ctplan {")
	p.text("  rankdir = \"LR\";")
	p.text("  node [shape = \"box\", fontname = \"monospace\"];")
	addresses := map[string]bool{}
	for i, op := range plan.Operations {
		style := ""
		if !op.Reversible() {
			style = ", style = \"dashed\""
		}
		p.text(fmt.Sprintf("  op%d [label = %s%s];", i+1, dot(fmt.Sprintf("%d. %s", i+1, op)), style))
		if i > 0 {
			p.text(fmt.Sprintf("  op%d -> op%d;", i, i+1))
		}
		for _, a := range op.Addresses {
			addresses[a] = true
		}
	}
	for _, a := range slices.Sorted(maps.Keys(addresses)) {
		p.text(fmt.Sprintf("  %s [shape = \"ellipse\"];", dot(a)))
	}
	for i, op := range plan.Operations {
		for _, a := range op.Addresses {
			p.text(fmt.Sprintf("  %s -> op%d [style = \"dotted\", arrowhead = \"none\"];", dot(a), i+1))
		}
	}
	p.text("}")
}

// dot quotes a DOT identifier, in which only the quotation mark and, before
// it, the backslash have a meaning.
func dot(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clean(s)) + `"`
}
