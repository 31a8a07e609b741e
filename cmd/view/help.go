package view

import "strings"

// Help is the help text of a command.
type Help struct {
	Usage       string
	Description string
	Sections    []HelpSection
	// Example is a list of command lines, each with a comment if it needs one.
	Example string
}

// HelpSection is a titled list; one without entries is left out.
type HelpSection struct {
	Title   string
	Entries []HelpEntry
}

// HelpEntry is a command or a flag with what it does.
type HelpEntry struct{ Name, Text string }

// WriteHelp shows a help text.
func WriteHelp(out *Output, h Help) {
	p := out.page()
	defer p.flush()
	p.line(in(bold, "Usage:").add(" " + h.Usage))
	p.blank()
	for _, l := range splitLines(h.Description) {
		p.text(l)
	}
	for _, s := range h.Sections {
		p.helpSection(s)
	}
	if h.Example != "" {
		p.blank()
		p.line(in(bold, "Examples:"))
		for _, l := range strings.Split(h.Example, "\n") {
			p.text("  " + l)
		}
	}
}

func (p *page) helpSection(s HelpSection) {
	if len(s.Entries) == 0 {
		return
	}
	p.blank()
	p.line(in(bold, s.Title))
	width := 0
	for _, e := range s.Entries {
		width = max(width, len(e.Name))
	}
	for _, e := range s.Entries {
		name := text("  " + e.Name).pad(width + 4)
		for _, l := range wrap(e.Text, p.out.width()-width-4) {
			p.line(name.add(l))
			name = text(blanks(width + 4))
		}
	}
}
