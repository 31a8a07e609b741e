package view

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// ConsolePrompt asks for an expression.
func ConsolePrompt(out *Output) { out.write([]byte("> ")) }

// ConsoleValue shows a value as HCL would write it, collections over several
// lines.
func ConsoleValue(out *Output, v cty.Value) {
	p := out.page()
	defer p.flush()
	for _, l := range valueLines(v, "") {
		p.text(l)
	}
}

// valueLines writes a value, with the lines after the first indented.
func valueLines(v cty.Value, indent string) []string {
	v, _ = v.Unmark()
	t := v.Type()
	if v.IsNull() || !v.IsKnown() || t.IsPrimitiveType() || !v.CanIterateElements() {
		return []string{hclValue(v)}
	}
	opening, closing := "[", "]"
	keyed := t.IsObjectType() || t.IsMapType()
	if keyed {
		opening, closing = "{", "}"
	}
	if t.IsSetType() {
		opening, closing = "toset([", "])"
	}
	if v.LengthInt() == 0 {
		return []string{opening + closing}
	}
	lines := []string{opening}
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		inner := valueLines(element, indent+"  ")
		if keyed {
			inner[0] = hclValue(key) + " = " + inner[0]
		}
		if !keyed {
			inner[len(inner)-1] += ","
		}
		for i, l := range inner {
			if i == 0 || !strings.HasPrefix(l, indent+"  ") {
				l = indent + "  " + l
			}
			lines = append(lines, l)
		}
	}
	return append(lines, indent+closing)
}
