package ruleset

import (
	"fmt"
	"strings"
)

// Position is where a jump to a chain of ctplan's is declared to stand in a
// built-in chain. Rules of ctplan's own do not count: "first" is above every
// rule of others.
type Position struct {
	// Word is "first", "last", "before_verdict", "before" or "after".
	Word string
	// Neighbour is, for "before" and "after", the target of a jump or the
	// comment of a rule.
	Neighbour string
}

// The words of positions.
const (
	First         = "first"
	Last          = "last"
	BeforeVerdict = "before_verdict"
	Before        = "before"
	After         = "after"
)

// String is the form inside the comment of a jump: "first", "before=DOCKER-USER".
func (p Position) String() string {
	if p.Word == Before || p.Word == After {
		return p.Word + "=" + p.Neighbour
	}
	return p.Word
}

// ParsePosition reads String's form.
func ParsePosition(s string) (Position, bool) {
	switch s {
	case First, Last, BeforeVerdict:
		return Position{Word: s}, true
	}
	word, neighbour, ok := strings.Cut(s, "=")
	if !ok || word != Before && word != After || neighbour == "" {
		return Position{}, false
	}
	return Position{word, neighbour}, true
}

// NeighbourError is a position beside a rule that is not there.
type NeighbourError struct {
	Table, Hook string
	Position    Position
}

func (e *NeighbourError) Error() string {
	return fmt.Sprintf("no rule in chain %s of table %s jumps to %q or has that comment", e.Hook, e.Table, e.Position.Neighbour)
}

// slot is the number of other tools' rules that stand above the position.
// For before and after it is the nearest of the possible ones.
func (p Position) slot(foreign []Rule) (int, bool) {
	switch p.Word {
	case First:
		return 0, true
	case BeforeVerdict:
		if n := len(foreign); n > 0 && closing(foreign[n-1].Body) {
			return n - 1, true
		}
	case Before:
		for i, r := range foreign {
			if isNeighbour(r.Body, p.Neighbour) {
				return i, true
			}
		}
		return 0, false
	case After:
		for i := len(foreign) - 1; i >= 0; i-- {
			if isNeighbour(foreign[i].Body, p.Neighbour) {
				return i + 1, true
			}
		}
		return 0, false
	}
	return len(foreign), true
}

// holds reports whether a jump with n foreign rules above it stands at the
// position. Before and after allow other rules in between: they say an
// order, and another tool that inserts beside its own chain breaks none.
func (p Position) holds(n int, foreign []Rule) bool {
	slot, ok := p.slot(foreign)
	switch {
	case !ok:
		return false
	case p.Word == Before:
		return n <= slot
	case p.Word == After:
		return n >= slot
	}
	return n == slot
}

// closing reports whether a rule decides about every packet that reaches it.
func closing(body string) bool {
	args, err := Split(body)
	if err != nil {
		return false
	}
	for i := 0; i < len(args); i++ {
		switch args[i].Text {
		case "-m":
			if i+3 >= len(args) || args[i+1].Text != "comment" || args[i+2].Text != "--comment" {
				return false
			}
			i += 3
		case "-j":
			if i+1 >= len(args) {
				return false
			}
			switch args[i+1].Text {
			case "ACCEPT", "DROP", "REJECT":
				return true
			}
			return false
		default:
			return false
		}
	}
	return false
}

// isNeighbour reports whether a rule jumps to the name or has it as comment.
func isNeighbour(body, name string) bool {
	return Target(body) == name || Comment(body) == name
}

// Target is the name behind -j or -g, or "" for a rule that only counts.
func Target(body string) string {
	text, _ := argumentOf(body, "-j", "-g")
	return text
}

// Comment is the rule's first comment, or "".
func Comment(body string) string {
	text, _ := argumentOf(body, "--comment", "")
	return text
}

// argumentOf is the argument of the first of two options. It is asked of
// every rule of long chains, and therefore builds no list of arguments.
func argumentOf(body, option, other string) (string, bool) {
	s := scanner{line: body}
	for s.next() {
		word := s.raw()
		switch {
		case word == option, other != "" && word == other:
			if !s.next() {
				return "", false
			}
			return s.text(), true
		case word == "--comment":
			s.next() // its argument may look like an option
		}
	}
	return "", false
}
