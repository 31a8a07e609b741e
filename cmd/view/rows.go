package view

import (
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
)

// row is one attribute inside a block.
type row struct {
	action  planner.Action
	name    string
	value   []line // more than one line for a text with newlines
	unit    string // "seconds (5d -> 1h)"
	key     string
	ignored bool
}

// rows are the attributes of a block, or of its boot block, laid out.
type rows struct {
	shown  []row
	hidden int
	indent int // of the symbols
	// common is what the comments of all rows share: the file that holds
	// them, or the beginning of their kernel keys.
	common string
}

func newRows(c planner.Change, attrs []planner.AttributeValue, full bool, indent, width int) rows {
	r := rows{indent: indent}
	for _, a := range attrs {
		if a.Same && !full {
			r.hidden++
			continue
		}
		r.shown = append(r.shown, row{
			action:  attributeAction(c, a),
			name:    clean(a.Name),
			value:   transition(c, a),
			unit:    unitText(c, withUnit(c, a)),
			key:     keyText(a),
			ignored: a.Ignored,
		})
	}
	r.shareKey()
	if !r.fits(width) {
		r.shortenKeys()
	}
	return r
}

// withUnit adds the unit from the attribute's table where a plan does not
// say it: rows of what is restored or has drifted come from raw values.
func withUnit(c planner.Change, a planner.AttributeValue) planner.AttributeValue {
	if a.Unit != "" {
		return a
	}
	if bt := schema.LookupType(c.Type); bt != nil {
		if attr := bt.Attribute(a.Name); attr != nil {
			a.Unit = attr.Unit
		}
	}
	return a
}

// keyText is the key, unless the name says it already.
func keyText(a planner.AttributeValue) string {
	if a.Key == a.Name {
		return ""
	}
	return a.Key
}

func (r rows) empty() bool { return len(r.shown) == 0 && r.hidden == 0 }

// action is the symbol of a nested block: that of its rows, where they agree.
func (r rows) action() planner.Action {
	action := planner.ActionNoOp
	for _, row := range r.shown {
		switch {
		case row.action == planner.ActionNoOp:
		case action == planner.ActionNoOp:
			action = row.action
		case action != row.action:
			return planner.ActionUpdate
		}
	}
	return action
}

// shareKey moves a file name that all rows have in common to the header.
func (r *rows) shareKey() {
	if len(r.shown) == 0 {
		return
	}
	key := r.shown[0].key
	if !strings.HasPrefix(key, "/") {
		return
	}
	for _, row := range r.shown {
		if row.key != key {
			return
		}
	}
	r.common = key
	for i := range r.shown {
		r.shown[i].key = ""
	}
}

// shortenKeys leaves out the keys that follow from the attribute's name once
// the header says what they begin with.
func (r *rows) shortenKeys() {
	prefix := ""
	for _, row := range r.shown {
		p, derivable := strings.CutSuffix(row.key, row.name)
		if row.key == "" {
			continue
		}
		if !derivable || prefix != "" && p != prefix {
			return
		}
		prefix = p
	}
	if prefix == "" {
		return
	}
	r.common = prefix + "*"
	for i := range r.shown {
		r.shown[i].key = ""
	}
}

// comment is what stands behind a row's value.
func (r row) comment() string {
	switch {
	case r.unit == "":
		return clean(r.key)
	case r.key == "":
		return clean(r.unit)
	}
	return clean(r.unit + ", " + r.key)
}

// columns are the widths of the names and of the values that have a comment
// behind them.
func (r rows) columns(width int) (names, values int) {
	for _, row := range r.shown {
		names = max(names, text(row.name).width())
	}
	for _, row := range r.shown {
		if row.comment() != "" && len(row.value) == 1 && r.trails(row, names, width) {
			values = max(values, row.value[0].width())
		}
	}
	return names, values
}

// trails reports whether a row has room for its comment.
func (r rows) trails(row row, names, width int) bool {
	return r.indent+2+names+3+row.value[0].width()+3+text(row.comment()).width() <= width
}

// fits reports whether every comment finds room beside the widest value.
func (r rows) fits(width int) bool {
	names, values := r.columns(1 << 20)
	for _, row := range r.shown {
		if c := row.comment(); c != "" && r.indent+2+names+3+values+3+text(c).width() > width {
			return false
		}
	}
	return true
}

// rows writes the attributes of a block.
func (p *page) rows(r rows) {
	width := p.out.width()
	names, values := r.columns(width)
	inner := blanks(r.indent + 2)
	for _, row := range r.shown {
		start := text(blanks(r.indent)).join(symbolOf(row.action).line()).add(" ")
		l := start.join(text(row.name).pad(names)).add(" = ").join(row.value[0])
		comment := row.comment()
		if row.ignored {
			l = l.add(" (ignored)").all(faint)
		}
		switch {
		case comment == "" || row.ignored:
			p.line(l)
		case len(row.value) == 1 && r.trails(row, names, width):
			p.line(l.pad(r.indent+2+names+3+values).style(faint, " # "+comment))
		default:
			p.line(l)
			p.line(in(faint, inner+"# "+comment))
		}
		for _, more := range row.value[1:] {
			p.line(text(inner).join(more))
		}
	}
	if r.hidden > 0 {
		p.line(in(faint, inner+"# ("+count(r.hidden, "unchanged attribute")+" hidden)"))
	}
}
