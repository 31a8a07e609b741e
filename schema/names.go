package schema

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// checkName refuses block labels that could not be written in a reference.
func checkName(label string, at hcl.Range) *hcl.Diagnostic {
	if hclsyntax.ValidIdentifier(label) {
		return nil
	}
	return errorAt(at, "Invalid name",
		"%q cannot be a name: a name starts with a letter and holds letters, digits, underscores and hyphens.", label)
}

// sortedKeys are a map's keys in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// namesAfter are the rests of the keys that begin with a prefix, in order.
func namesAfter[V any](prefix string, m map[string]V) []string {
	var names []string
	for _, key := range sortedKeys(m) {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			names = append(names, name)
		}
	}
	return names
}

// suggestOrList proposes the nearest name, or says what there is.
func suggestOrList(given string, names []string) string {
	if hint := didYouMean(given, names); hint != "" {
		return hint
	}
	if len(names) == 0 {
		return ""
	}
	return " There is " + strings.Join(names, ", ") + "."
}

// names are the attributes and nested blocks of a block type.
func (b *BlockType) names() []string {
	var names []string
	for _, a := range b.Attributes {
		names = append(names, a.Name)
	}
	for _, n := range b.Blocks {
		names = append(names, n.Name)
	}
	return names
}

func (b *BlockType) has(name string) bool { return slices.Contains(b.names(), name) }

// objectNames are the attribute names of an object type, in order.
func objectNames(t cty.Type) []string { return sortedKeys(t.AttributeTypes()) }

// isString reports whether a value is a text that can be used.
func isString(v cty.Value) bool {
	return v.Type() == cty.String && v.IsKnown() && !v.IsNull()
}

// kindOf is a type in words, with its article. Users write lists and never
// see the difference to tuples.
func kindOf(t cty.Type) string {
	switch {
	case t.IsTupleType() || t.IsListType():
		return "a list"
	case t.IsObjectType():
		return "an object"
	case t.IsMapType():
		return "a map"
	case t.IsSetType():
		return "a set"
	}
	return "a " + t.FriendlyName()
}
