package view

import (
	"fmt"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// diffLine is a line of a comparison: kept (' '), gone ('-') or new ('+').
type diffLine struct {
	op   byte
	text string
}

// compareLines finds the lines that differ.
func compareLines(before, after string) []diffLine {
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0 // the result must not depend on how busy the machine is
	a, b, index := dmp.DiffLinesToRunes(before, after)
	var out []diffLine
	for _, d := range dmp.DiffCharsToLines(dmp.DiffMainRunes(a, b, false), index) {
		op := byte(' ')
		switch d.Type {
		case diffmatchpatch.DiffInsert:
			op = '+'
		case diffmatchpatch.DiffDelete:
			op = '-'
		case diffmatchpatch.DiffEqual:
		}
		for _, l := range strings.SplitAfter(d.Text, "\n") {
			if l != "" {
				out = append(out, diffLine{op, l})
			}
		}
	}
	return out
}

// diffContext is how many unchanged lines surround a change.
const diffContext = 3

// Diff writes the difference of two versions of a file in unified format.
func Diff(out *Output, name string, before, after []byte) {
	p := out.page()
	defer p.flush()
	p.line(in(bold, "--- old/"+clean(name)))
	p.line(in(bold, "+++ new/"+clean(name)))
	lines := compareLines(string(before), string(after))
	oldLine, newLine := 1, 1
	for i := 0; i < len(lines); {
		from, to := nextHunk(lines, i)
		for ; i < from; i++ {
			oldLine, newLine = oldLine+1, newLine+1
		}
		if from == to {
			return
		}
		oldCount, newCount := 0, 0
		for _, l := range lines[from:to] {
			if l.op != '+' {
				oldCount++
			}
			if l.op != '-' {
				newCount++
			}
		}
		p.line(in(cyan, fmt.Sprintf("@@ -%s +%s @@", hunkRange(oldLine, oldCount), hunkRange(newLine, newCount))))
		for _, l := range lines[from:to] {
			p.diffLine(l)
		}
		oldLine, newLine, i = oldLine+oldCount, newLine+newCount, to
	}
}

// nextHunk is the next stretch of changes with its context, from line i on;
// it is empty if there is none.
func nextHunk(lines []diffLine, i int) (from, to int) {
	first := i
	for first < len(lines) && lines[first].op == ' ' {
		first++
	}
	if first == len(lines) {
		return len(lines), len(lines)
	}
	from, to = max(i, first-diffContext), first+1
	for j := to; j < len(lines) && j < to+2*diffContext; j++ {
		if lines[j].op != ' ' {
			to = j + 1
		}
	}
	return from, min(len(lines), to+diffContext)
}

// hunkRange is a range of lines as diff(1) writes it.
func hunkRange(start, n int) string {
	if n == 0 {
		start-- // the line before which nothing stands
	}
	if n == 1 {
		return fmt.Sprint(start)
	}
	return fmt.Sprintf("%d,%d", start, n)
}

func (p *page) diffLine(l diffLine) {
	st := plain
	switch l.op {
	case '+':
		st = green
	case '-':
		st = red
	}
	body, complete := strings.CutSuffix(l.text, "\n")
	// Not through line: blanks at the end of a line are what it is about.
	s := string(l.op) + cleanText(body, "\t")
	if p.out.Color && st != plain {
		s = "\x1b[" + string(st) + "m" + s + "\x1b[0m"
	}
	p.buf.WriteString(s + "\n")
	if !complete {
		p.text(`\ No newline at end of file`)
	}
}
