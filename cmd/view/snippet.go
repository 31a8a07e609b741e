package view

import (
	"bytes"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcled"
	"github.com/zclconf/go-cty/cty"
)

// snippet is the part of a source file that a diagnostic is about. Its JSON
// form has Terraform's names, which editors and CI annotators know.
type snippet struct {
	// Context is the block around it, `conntrack "main"`.
	Context *string `json:"context"`
	Code    string  `json:"code"`
	// StartLine is the line of the first byte of Code.
	StartLine int `json:"start_line"`
	// The highlight is a range of bytes of Code.
	HighlightStartOffset int            `json:"highlight_start_offset"`
	HighlightEndOffset   int            `json:"highlight_end_offset"`
	Values               []snippetValue `json:"values"`
}

// snippetValue is the value of one reference inside the snippet.
type snippetValue struct {
	Traversal string `json:"traversal"`
	Statement string `json:"statement"`
}

// maxContext is how many lines of context around its subject a snippet may
// show. A whole block would push the message off the screen.
const maxContext = 6

// newSnippet returns nil where the source is not available.
func newSnippet(d Diagnostic, sources Sources) *snippet {
	if d.Subject == nil {
		return nil
	}
	file := sources[d.Subject.Filename]
	if file == nil || d.Subject.Start.Byte < 0 || d.Subject.Start.Byte > len(file.Bytes) {
		return nil
	}
	subject := *d.Subject
	shown := subject
	if c := d.Context; c != nil && c.Filename == subject.Filename && c.End.Line-c.Start.Line < maxContext {
		shown = hcl.RangeOver(subject, *c)
	}
	// Ranges come from parsers of broken input too: every offset is clamped
	// to the file before it is used.
	start := lineStart(file.Bytes, clamp(min(shown.Start.Byte, subject.Start.Byte), 0, len(file.Bytes)))
	end := lineEnd(file.Bytes, start, clamp(shown.End.Byte, start, len(file.Bytes)))
	s := &snippet{
		Code:                 string(file.Bytes[start:end]),
		StartLine:            1 + bytes.Count(file.Bytes[:start], []byte("\n")),
		HighlightStartOffset: clamp(subject.Start.Byte-start, 0, end-start),
		HighlightEndOffset:   clamp(max(subject.End.Byte, subject.Start.Byte+1)-start, 0, end-start),
		Values:               expressionValues(d.Expression, d.EvalContext),
	}
	if c := hcled.ContextString(file, subject.Start.Byte); c != "" {
		s.Context = &c
	}
	return s
}

func clamp(n, low, high int) int { return max(low, min(n, high)) }

func lineStart(b []byte, at int) int { return bytes.LastIndexByte(b[:at], '\n') + 1 }

// lineEnd is the end of the last line of a range that ends at a byte; a range
// that ends with a newline does not include the line after it.
func lineEnd(b []byte, from, at int) int {
	if at > from && b[at-1] == '\n' {
		return at - 1
	}
	if i := bytes.IndexByte(b[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(b)
}

// expressionValues lists what the references in an expression stand for,
// sorted, each once.
func expressionValues(expr hcl.Expression, ctx *hcl.EvalContext) []snippetValue {
	values := []snippetValue{}
	if expr == nil || ctx == nil {
		return values
	}
	seen := map[string]bool{}
	for _, trav := range expr.Variables() {
		// The longest part that has a value says most: of var.limits.max it
		// is the number, of var.limits[each.key] the object.
		for len(trav) > 1 {
			name := traversalText(trav)
			if seen[name] {
				break
			}
			v, diags := trav.TraverseAbs(ctx)
			if diags.HasErrors() {
				trav = trav[:len(trav)-1]
				continue
			}
			seen[name] = true
			// Not even its type is known: it stands for what is not declared, or
			// could not be computed. There is nothing to say that helps.
			if v.Type() != cty.DynamicPseudoType || v.IsNull() {
				values = append(values, snippetValue{name, statement(v)})
			}
			break
		}
	}
	sort.Slice(values, func(i, j int) bool { return values[i].Traversal < values[j].Traversal })
	return values
}

// traversalText writes a reference as it stands in the source.
func traversalText(trav hcl.Traversal) string {
	var b strings.Builder
	for _, step := range trav {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			b.WriteString("[" + hclValue(step.Key) + "]")
		default:
			b.WriteString("[*]")
		}
	}
	return b.String()
}

// statement says what a value is, to be read after the reference's name.
func statement(v cty.Value) string {
	switch {
	case !v.IsKnown():
		return "is not known without the host"
	case v.IsNull():
		return "is null"
	case v.Type().IsPrimitiveType():
		return "is " + hclValue(v)
	case v.Type().IsObjectType():
		return "is an object with " + count(len(v.Type().AttributeTypes()), "attribute")
	case v.CanIterateElements():
		return "is a " + v.Type().FriendlyName() + " with " + count(v.LengthInt(), "element")
	}
	return "is a " + v.Type().FriendlyName()
}

// hclValue writes a primitive value as a literal.
func hclValue(v cty.Value) string {
	v, _ = v.Unmark()
	switch {
	case !v.IsWhollyKnown():
		return "(unknown)"
	case v.IsNull():
		return "null"
	case v.Type() == cty.String:
		return quote(v.AsString())
	case v.Type() == cty.Bool && v.True():
		return "true"
	case v.Type() == cty.Bool:
		return "false"
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('f', -1)
	}
	return v.Type().FriendlyName()
}
