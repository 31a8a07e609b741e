package view

import (
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// shortList is how many columns a list may take on one line.
const shortList = 60

// longList reports whether an attribute is a list that reads better with an
// element a line.
func longList(a planner.AttributeValue) bool {
	for _, v := range []any{a.Before, a.After} {
		if list, isList := v.([]any); isList && len(list) > 0 && len(literal(list)) > shortList {
			return true
		}
	}
	return false
}

// elements writes a list with a symbol before each element that comes or
// goes. Of the others, the neighbours of a change stay.
func elements(a planner.AttributeValue) []line {
	diff := compareLines(elementLines(a.Before), elementLines(a.After))
	if a.Same || a.Before == nil || a.After == nil {
		diff = wholeList(a)
	}
	out := []line{text("[")}
	hidden := 0
	flush := func() {
		if hidden > 0 {
			out = append(out, in(faint, "    # ("+count(hidden, "unchanged element")+" hidden)"))
		}
		hidden = 0
	}
	for i, l := range diff {
		if l.op == ' ' && !a.Same && !besideChange(diff, i) {
			hidden++
			continue
		}
		flush()
		mark := symbolOf(planner.ActionNoOp)
		switch l.op {
		case '+':
			mark = symbolOf(planner.ActionCreate)
		case '-':
			mark = symbolOf(planner.ActionDelete)
		}
		out = append(out, text("  ").join(mark.line()).add(" "+strings.TrimSuffix(l.text, "\n")+","))
	}
	flush()
	end := text("]")
	if a.After == nil {
		end = end.style(yellow, " -> ").style(faint, "null")
	}
	return append(out, end)
}

// wholeList is a list that comes, goes or stays as it is.
func wholeList(a planner.AttributeValue) []diffLine {
	op, v := byte('+'), a.After
	switch {
	case a.Same:
		op = ' '
	case a.After == nil:
		op, v = '-', a.Before
	}
	var out []diffLine
	for l := range strings.Lines(elementLines(v)) {
		out = append(out, diffLine{op: op, text: l})
	}
	return out
}

func elementLines(v any) string {
	list, _ := v.([]any)
	var b strings.Builder
	for _, item := range list {
		b.WriteString(literal(item) + "\n")
	}
	return b.String()
}

func besideChange(diff []diffLine, i int) bool {
	return i > 0 && diff[i-1].op != ' ' || i+1 < len(diff) && diff[i+1].op != ' '
}
