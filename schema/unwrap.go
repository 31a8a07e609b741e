package schema

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// unwrap writes "${x}" as x, which is the same value. It leaves alone what it
// cannot rewrite with certainty: keys of objects, where x would be a name, and
// interpolations with comments.
func unwrap(src []byte) []byte {
	for {
		file, diags := hclsyntax.ParseConfig(src, "", hcl.InitialPos)
		if diags.HasErrors() {
			return src
		}
		w := &unwrapper{src: src}
		_ = hclsyntax.Walk(file.Body.(*hclsyntax.Body), w)
		if len(w.edits) == 0 {
			return src
		}
		next := w.apply()
		if _, diags := hclsyntax.ParseConfig(next, "", hcl.InitialPos); diags.HasErrors() {
			return src
		}
		src = next
	}
}

// unwrapper collects the outermost interpolations that can be unwrapped.
type unwrapper struct {
	src  []byte
	path []hclsyntax.Node
	// within is the length of path at the interpolation that is being
	// unwrapped; what is inside it waits for the next round.
	within int
	edits  []edit
}

// edit replaces a part of the source.
type edit struct {
	at   hcl.Range
	text []byte
}

// Enter implements hclsyntax.Walker.
func (w *unwrapper) Enter(node hclsyntax.Node) hcl.Diagnostics {
	if wrap, ok := node.(*hclsyntax.TemplateWrapExpr); ok && len(w.path) > 0 && w.within == 0 {
		if e, ok := w.edit(wrap, w.path[len(w.path)-1]); ok {
			w.edits = append(w.edits, e)
			w.within = len(w.path)
		}
	}
	w.path = append(w.path, node)
	return nil
}

// Exit implements hclsyntax.Walker.
func (w *unwrapper) Exit(hclsyntax.Node) hcl.Diagnostics {
	w.path = w.path[:len(w.path)-1]
	if len(w.path) == w.within {
		w.within = 0
	}
	return nil
}

// edit is the replacement of one interpolation, unless it must stay.
func (w *unwrapper) edit(wrap *hclsyntax.TemplateWrapExpr, parent hclsyntax.Node) (edit, bool) {
	if _, isKey := parent.(*hclsyntax.ObjectConsKeyExpr); isKey {
		return edit{}, false
	}
	outer, inner := wrap.SrcRange, wrap.Wrapped.Range()
	if !outer.CanSliceBytes(w.src) || !inner.CanSliceBytes(w.src) || inner.Start.Byte < outer.Start.Byte || inner.End.Byte > outer.End.Byte {
		return edit{}, false
	}
	before := w.src[outer.Start.Byte:inner.Start.Byte]
	after := w.src[inner.End.Byte:outer.End.Byte]
	if !isBracket(before, `"${`) || !isBracket(after, `}"`) {
		return edit{}, false
	}
	text := inner.SliceBytes(w.src)
	if !standsAlone(wrap.Wrapped, parent) || bytes.ContainsAny(text, "\r\n") && !isParenthesised(wrap.Wrapped) {
		text = append(append([]byte{'('}, text...), ')')
	}
	return edit{outer, text}, true
}

// isBracket reports whether text is a template's bracket and nothing else but
// blanks and strip markers.
func isBracket(text []byte, bracket string) bool {
	rest := bytes.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '~' {
			return -1
		}
		return r
	}, text)
	return string(rest) == bracket
}

// standsAlone reports whether an expression needs no parentheses.
func standsAlone(e hclsyntax.Expression, parent hclsyntax.Node) bool {
	switch e.(type) {
	case *hclsyntax.ScopeTraversalExpr, *hclsyntax.FunctionCallExpr, *hclsyntax.TemplateExpr,
		*hclsyntax.TemplateWrapExpr, *hclsyntax.ParenthesesExpr:
		return true
	}
	_, isWhole := parent.(*hclsyntax.Attribute)
	return isWhole
}

func isParenthesised(e hclsyntax.Expression) bool {
	_, ok := e.(*hclsyntax.ParenthesesExpr)
	return ok
}

func (w *unwrapper) apply() []byte {
	var out []byte
	end := 0
	slices.SortFunc(w.edits, func(a, b edit) int { return a.at.Start.Byte - b.at.Start.Byte }) // attributes are walked in map order
	for _, e := range w.edits {
		out = append(append(out, w.src[end:e.at.Start.Byte]...), e.text...)
		end = e.at.End.Byte
	}
	return append(out, w.src[end:]...)
}
