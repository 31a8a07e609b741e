package view

import (
	"strings"
	"unicode/utf8"
)

// style is a sequence of SGR parameters; plain text has none.
type style string

// The styles, named by what Terraform uses them for.
const (
	plain   style = ""
	bold    style = "1"
	faint   style = "90" // dark gray: hidden counts, null, ignored differences
	green   style = "32"
	yellow  style = "33"
	red     style = "31"
	cyan    style = "36"
	boldRed style = "1;31"
	boldOK  style = "1;32"
	under   style = "4"
)

// span is a piece of text in one style.
type span struct {
	text  string
	style style
}

// line is a line of output. Widths are computed on it and colours added
// last, so that they can never disturb the alignment.
type line []span

func text(s string) line          { return line{{s, plain}} }
func in(st style, s string) line  { return line{{s, st}} }
func (l line) add(s string) line  { return append(l, span{s, plain}) }
func (l line) join(m line) line   { return append(l, m...) }
func (l line) pad(width int) line { return l.add(blanks(width - l.width())) }

// style adds a piece in a style.
func (l line) style(st style, s string) line { return append(l, span{s, st}) }

// all puts the whole line into one style.
func (l line) all(st style) line {
	out := make(line, len(l))
	for i, s := range l {
		out[i] = span{s.text, st}
	}
	return out
}

func (l line) width() int {
	n := 0
	for _, s := range l {
		n += utf8.RuneCountInString(s.text)
	}
	return n
}

// render writes the line without trailing blanks.
func (l line) render(color bool) string {
	var b strings.Builder
	for _, s := range l {
		if !color || s.style == plain || strings.TrimSpace(s.text) == "" {
			b.WriteString(s.text)
			continue
		}
		b.WriteString("\x1b[" + string(s.style) + "m" + s.text + "\x1b[0m")
	}
	return strings.TrimRight(b.String(), " ")
}

func blanks(n int) string {
	if n <= 0 {
		return ""
	}
	return strings.Repeat(" ", n)
}
