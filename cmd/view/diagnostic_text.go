package view

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ctplan/ctplan/planner"
)

// diagnostic writes one diagnostic. With colours a rule on the left keeps a
// copied part recognisable; without, the rule is left out and a line of
// carets stands in for the underline.
func (p *page) diagnostic(d Diagnostic, sources Sources) {
	body := &body{color: p.out.Color, width: p.out.width()}
	body.header(d)
	body.place(d, sources)
	for i, l := range wrap(strings.TrimSpace(d.Detail), p.out.width()-2) {
		if i == 0 && l == "" {
			break
		}
		if i == 0 {
			body.add(nil)
		}
		body.add(text(l))
	}
	p.frame(body.lines, severityStyle(d.Severity))
}

// frame puts the left rule beside the lines where colours are on.
func (p *page) frame(lines []line, st style) {
	if !p.out.Color {
		p.blank()
		for _, l := range lines {
			p.line(l)
		}
		return
	}
	p.line(in(st, "╷"))
	for _, l := range lines {
		p.line(in(st, "│").add(" ").join(l))
	}
	p.line(in(st, "╵"))
}

func severityStyle(s planner.Severity) style {
	if s == planner.SeverityWarning {
		return yellow
	}
	return red
}

// body collects the lines of a diagnostic.
type body struct {
	color bool
	width int
	lines []line
}

func (b *body) add(l line) { b.lines = append(b.lines, l) }

func (b *body) header(d Diagnostic) {
	word := "Error: "
	if d.Severity == planner.SeverityWarning {
		word = "Warning: "
	}
	l := in(severityStyle(d.Severity), word).style(bold, clean(d.Summary))
	if d.Code != "" {
		l = l.style(faint, " ["+clean(d.Code)+"]")
	}
	b.add(l)
}

// place says which resource and where, with the source.
func (b *body) place(d Diagnostic, sources Sources) {
	if d.Subject == nil {
		if d.Address != "" {
			b.add(nil)
			b.add(text("  with " + clean(d.Address)))
		}
		return
	}
	b.add(nil)
	if d.Address != "" {
		b.add(text("  with " + clean(d.Address) + ","))
	}
	on := fmt.Sprintf("  on %s line %d", clean(d.Subject.Filename), d.Subject.Start.Line)
	s := newSnippet(d, sources)
	if s == nil {
		b.add(text(on + ":"))
		b.add(text("  (source code not available)"))
		return
	}
	if s.Context != nil {
		on += ", in " + clean(*s.Context)
	}
	b.add(text(on + ":"))
	b.source(s)
	b.values(s.Values)
}

// source shows the lines of the snippet with the highlight.
func (b *body) source(s *snippet) {
	offset := 0
	lines := strings.Split(s.Code, "\n")
	// Carets under every line of a block would hide it rather than point at it.
	carets := !b.color && !strings.Contains(s.Code[s.HighlightStartOffset:s.HighlightEndOffset], "\n")
	for i, code := range lines {
		if i == maxContext && len(lines) > maxContext+1 {
			b.add(text("      ").style(faint, "... ("+count(len(lines)-i, "more line")+")"))
			break
		}
		from := clamp(s.HighlightStartOffset-offset, 0, len(code))
		to := clamp(s.HighlightEndOffset-offset, 0, len(code))
		offset += len(code) + 1
		code, from, to = excerpt(code, from, to)
		// Tabs would move the carets; everything else keeps its width.
		before, marked, after := sourceText(code[:from]), sourceText(code[from:to]), sourceText(code[to:])
		number := fmt.Sprintf("%4d: ", s.StartLine+i)
		b.add(text(number+before).style(under, marked).add(strings.TrimRight(after, "␍")))
		if carets && marked != "" {
			b.add(text(blanks(len(number)+utf8.RuneCountInString(before)) +
				strings.Repeat("^", utf8.RuneCountInString(marked))))
		}
	}
}

// maxSourceLine is how many bytes of a line are shown. Generated files have
// lines that would push everything else off the screen.
const maxSourceLine = 240

// excerpt cuts a very long line down to the neighbourhood of its highlight.
func excerpt(code string, from, to int) (cut string, start, end int) {
	if len(code) <= maxSourceLine {
		return code, from, to
	}
	const ellipsis = "..."
	low := max(0, min(from-maxSourceLine/4, len(code)-maxSourceLine))
	high := low + maxSourceLine
	for low > 0 && !utf8.RuneStart(code[low]) {
		low--
	}
	for high < len(code) && !utf8.RuneStart(code[high]) {
		high--
	}
	cut, start, end = code[low:high], from-low, min(to, high)-low
	if low > 0 {
		cut, start, end = ellipsis+cut, start+len(ellipsis), end+len(ellipsis)
	}
	if high < len(code) {
		cut += ellipsis
	}
	return cut, start, end
}

// sourceText makes a piece of source safe to show.
func sourceText(s string) string { return clean(strings.ReplaceAll(s, "\t", "  ")) }

func (b *body) values(values []snippetValue) {
	if len(values) == 0 {
		return
	}
	b.add(text("    ").style(faint, "├────────────────"))
	for _, v := range values {
		b.add(text("    ").style(faint, "│ ").style(bold, clean(v.Traversal)).add(" " + v.Statement))
	}
}
