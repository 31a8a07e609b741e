package trace

import (
	"regexp"
	"strings"
	"sync"
)

// Format is an event's format file: which fields it has, and how the kernel
// writes them into a line.
type Format struct {
	Name string
	// Fields are the names that a filter can use, in order.
	Fields []string

	pieces []piece
}

// piece is a part of the line: a text, then a value. The last one may have no value.
type piece struct {
	text string
	key  string // what the text calls the value, "" where it does not
}

var (
	fieldName = pattern(`^\s*field:.*?([A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]]*\])?;`)
	verb      = pattern(`%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|t)?(?:p[A-Za-z0-9]*|[a-zA-Z])`)
	keyBefore = pattern(`([A-Za-z_][A-Za-z0-9_]*)=$`)
)

// ParseFormat reads a format file. What it does not understand of the way
// that lines are written leaves the fields to be found by their "key=".
func ParseFormat(data string) Format {
	var f Format
	for line := range strings.Lines(data) {
		line = strings.TrimRight(line, "\n")
		if name, ok := strings.CutPrefix(line, "name: "); ok {
			f.Name = strings.TrimSpace(name)
		} else if m := fieldName().FindStringSubmatch(line); m != nil {
			f.Fields = append(f.Fields, m[1])
		} else if text, ok := strings.CutPrefix(line, `print fmt: "`); ok {
			f.pieces = pieces(text)
		}
	}
	return f
}

// pieces takes the text before the arguments of a print format apart.
func pieces(text string) []piece {
	end := closingQuote(text)
	if end < 0 {
		return nil
	}
	text = strings.ReplaceAll(unescape(text[:end]), "%%", "\x00")
	var out []piece
	for {
		at := verb().FindStringIndex(text)
		if at == nil {
			return append(out, piece{text: strings.ReplaceAll(text, "\x00", "%")})
		}
		p := piece{text: strings.ReplaceAll(text[:at[0]], "\x00", "%")}
		if m := keyBefore().FindStringSubmatch(p.text); m != nil {
			p.key = m[1]
		}
		out = append(out, p)
		text = text[at[1]:]
	}
}

// closingQuote finds the end of a string constant, or returns -1.
func closingQuote(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// Values reads the fields of a line, by the names that the line gives them.
func (f Format) Values(text string) map[string]string {
	if values, ok := f.follow(text); ok {
		return values
	}
	out := map[string]string{}
	for word := range strings.FieldsSeq(text) {
		if key, value, ok := strings.Cut(word, "="); ok && key != "" {
			out[key] = value
		}
	}
	return out
}

// follow reads a line along the print format.
func (f Format) follow(text string) (map[string]string, bool) {
	if len(f.pieces) < 2 {
		return nil, false
	}
	text, ok := strings.CutPrefix(text, f.pieces[0].text)
	if !ok {
		return nil, false
	}
	out := map[string]string{}
	for i, p := range f.pieces[:len(f.pieces)-1] {
		next := f.pieces[i+1].text
		end := strings.Index(text, next)
		if next == "" {
			end = len(text) // the value is the last thing in the line
		}
		if end < 0 {
			return nil, false
		}
		if p.key != "" {
			out[p.key] = strings.TrimSpace(text[:end])
		}
		text = text[end+len(next):]
	}
	return out, true
}

// pattern compiles an expression when it is first needed: most runs last
// milliseconds and need none.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
