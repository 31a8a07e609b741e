package view

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"syscall"

	"github.com/mitchellh/go-wordwrap"
)

// Output is one stream of text and what it can show.
type Output struct {
	W io.Writer
	// Color is true where SGR sequences are understood and wanted.
	Color bool
	// Width is the number of columns to lay text out for; 0 means
	// DefaultWidth.
	Width int

	// mu lets a signal or a timer say something while a plan is carried out.
	mu   sync.Mutex
	err  error
	lost bool // nobody reads it any more
}

// DefaultWidth is the layout width where there is no terminal to ask.
const DefaultWidth = 80

// proseWidth is where running text wraps even on a wider terminal.
const proseWidth = 100

// Err is the first error of writing, for instance because the disk that
// standard output leads to is full. A reader that has seen enough and went
// away (head, a pager) is none.
func (o *Output) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

func (o *Output) width() int {
	if o.Width <= 0 {
		return DefaultWidth
	}
	return o.Width
}

func (o *Output) write(p []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost {
		return
	}
	if _, err := o.W.Write(p); err != nil {
		o.lost = true
		if !errors.Is(err, syscall.EPIPE) {
			o.err = err
		}
	}
}

// page collects lines, so that a document reaches the terminal in one piece.
type page struct {
	out *Output
	buf bytes.Buffer
}

func (o *Output) page() *page { return &page{out: o} }

func (p *page) flush() { p.out.write(p.buf.Bytes()) }

func (p *page) line(l line) {
	p.buf.WriteString(l.render(p.out.Color))
	p.buf.WriteByte('\n')
}

func (p *page) text(s string) { p.line(text(s)) }
func (p *page) blank()        { p.buf.WriteByte('\n') }

// prose writes a paragraph, wrapped at the width and indented.
func (p *page) prose(indent int, st style, s string) {
	if s == "" {
		return
	}
	for _, l := range wrap(s, p.out.width()-indent) {
		p.line(text(blanks(indent)).style(st, l))
	}
}

// rule draws a line across the page.
func (p *page) rule() {
	b := make([]rune, p.out.width())
	for i := range b {
		b[i] = '─'
	}
	p.line(in(faint, string(b)))
}

// wrap breaks text into lines of at most width columns. Lines that begin
// with a blank are preformatted and stay as they are.
func wrap(s string, width int) []string {
	width = min(max(width, 20), proseWidth)
	var out []string
	for _, para := range splitLines(s) {
		if len(para) > 0 && para[0] == ' ' {
			out = append(out, para)
			continue
		}
		out = append(out, splitLines(wordwrap.WrapString(para, uint(width)))...)
	}
	return out
}
