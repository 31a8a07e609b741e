package view

import (
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// transition writes the value of an attribute, or what it was and what it
// will be. A text of several lines takes a line of output for each.
func transition(c planner.Change, a planner.AttributeValue) []line {
	if multiline(a.Before) || multiline(a.After) {
		return heredoc(a)
	}
	if longList(a) {
		return elements(a)
	}
	after := valueText(a.After, afterNote(c, a))
	switch {
	case a.Same && c.Action == planner.ActionDelete:
		return []line{valueText(a.Before, a.BeforeNote)}
	case a.Same || a.Before == nil && a.BeforeNote == "" && a.After != nil:
		return []line{after}
	}
	return []line{valueText(a.Before, a.BeforeNote).style(yellow, " -> ").join(after)}
}

// afterNote leaves out what the heading of a deletion says for all its rows.
func afterNote(c planner.Change, a planner.AttributeValue) string {
	if restores(c) && a.After != nil {
		return ""
	}
	return a.AfterNote
}

// valueText writes a value and, in parentheses, where it comes from or what
// becomes of it. A note can stand for a value that nobody has set.
func valueText(v any, note string) line {
	var l line
	switch {
	case v == nil && note != "":
		return in(faint, "("+clean(note)+")")
	case v == nil:
		return in(faint, "null")
	default:
		l = text(literal(v))
	}
	if note != "" {
		l = l.style(faint, " ("+clean(note)+")")
	}
	return l
}

// unitText is the unit with the values in words: "seconds (5d -> 1h)".
func unitText(c planner.Change, a planner.AttributeValue) string {
	if a.Unit == "" {
		return ""
	}
	before, after := inUnit(a.Before, a.Unit), inUnit(a.After, a.Unit)
	words := after
	if !a.Same && c.Action != planner.ActionCreate && a.Before != nil && a.After != nil && (before != "" || after != "") {
		words = orNumber(before, a.Before, a.Unit) + " -> " + orNumber(after, a.After, a.Unit)
	} else if after == "" {
		words = before
	}
	if words == "" {
		return a.Unit
	}
	return a.Unit + " (" + words + ")"
}

// orNumber completes a pair of which only one side needs words.
func orNumber(words string, v any, unit string) string {
	switch {
	case words != "":
		return words
	case unit == "seconds":
		return literal(v) + "s"
	}
	return literal(v)
}

func multiline(v any) bool {
	s, ok := v.(string)
	return ok && strings.Contains(strings.TrimSuffix(s, "\n"), "\n")
}

// heredoc writes a text of several lines with a symbol before each line that
// comes or goes.
func heredoc(a planner.AttributeValue) []line {
	before, _ := a.Before.(string)
	after, _ := a.After.(string)
	out := []line{text("<<-EOT")}
	for _, l := range compareLines(before, after) {
		mark := symbolOf(planner.ActionNoOp)
		switch l.op {
		case '+':
			mark = symbolOf(planner.ActionCreate)
		case '-':
			mark = symbolOf(planner.ActionDelete)
		}
		out = append(out, text("  ").join(mark.line()).add(" "+clean(strings.TrimSuffix(l.text, "\n"))))
	}
	end := text("EOT")
	if a.After == nil {
		end = end.style(yellow, " -> ").style(faint, "null")
	}
	return append(out, end)
}

// oneLine shortens a value for lists.
func oneLine(lines []line) line {
	if len(lines) == 1 {
		return lines[0]
	}
	what := "line"
	if lines[0][0].text == "[" {
		what = "element"
	}
	return in(faint, "("+count(len(lines)-2, what)+")")
}
