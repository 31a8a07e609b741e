package ruleset

import (
	"errors"
	"strings"
)

// Quote writes an argument as iptables-save prints free text: in double
// quotes, with a backslash before quotes and backslashes, unless it consists
// of letters, digits, underscores and dashes only.
func Quote(s string) string {
	if s != "" && strings.IndexFunc(s, special) < 0 {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\'' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}

func special(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
}

// ErrOpenQuote is a line whose quotes do not close.
var ErrOpenQuote = errors.New("a quoted argument does not end")

// Argument is one word of a rule and where it stands in the line.
type Argument struct {
	Text       string
	Start, End int
}

// Split cuts a rule into its arguments as iptables-restore does: blanks and
// tabs separate them outside quotes; within double quotes a backslash takes
// the next character literally, and the closing quote ends the argument.
func Split(line string) ([]Argument, error) {
	var out []Argument
	s := scanner{line: line}
	for s.next() {
		out = append(out, Argument{s.text(), s.start, s.end})
	}
	if s.open {
		return out, ErrOpenQuote
	}
	return out, nil
}

// scanner walks over the arguments of a line.
type scanner struct {
	line       string
	start, end int
	// quoted tells that the argument has quotes, open that they do not close.
	quoted, open bool
}

// next finds the next argument. An open one is none.
func (s *scanner) next() bool {
	i := s.end
	for i < len(s.line) && blank(s.line[i]) {
		i++
	}
	s.start, s.quoted = i, false
	inside := false
	for ; i < len(s.line); i++ {
		c := s.line[i]
		switch {
		case inside && c == '\\':
			i++
		case inside && c == '"':
			s.end = i + 1
			return true
		case inside:
		case c == '"':
			inside, s.quoted = true, true
		case blank(c):
			s.end = i
			return true
		}
	}
	s.end = len(s.line)
	s.open = inside
	return s.start < s.end && !inside
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

// raw is the argument as it stands in the line.
func (s *scanner) raw() string { return s.line[s.start:s.end] }

// text is what the argument means.
func (s *scanner) text() string {
	if !s.quoted {
		return s.raw()
	}
	var b strings.Builder
	inside := false
	for i := s.start; i < s.end; i++ {
		switch c := s.line[i]; {
		case inside && c == '\\' && i+1 < s.end:
			i++
			b.WriteByte(s.line[i])
		case c == '"':
			inside = !inside
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// openQuote reports whether the line ends inside quotes.
func openQuote(line string) bool {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quoted:
			i++
		case line[i] == '"':
			quoted = !quoted
		}
	}
	return quoted
}
