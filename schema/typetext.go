package schema

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/zclconf/go-cty/cty"
)

// typeText writes a type as in a variable's type argument.
func typeText(t cty.Type) string {
	switch {
	case t == cty.String:
		return "string"
	case t == cty.Number:
		return "number"
	case t == cty.Bool:
		return "bool"
	case t == customdecode.ExpressionClosureType:
		return "expression"
	case t.IsListType():
		return fmt.Sprintf("list(%s)", typeText(t.ElementType()))
	case t.IsSetType():
		return fmt.Sprintf("set(%s)", typeText(t.ElementType()))
	case t.IsMapType():
		return fmt.Sprintf("map(%s)", typeText(t.ElementType()))
	case t.IsTupleType():
		parts := make([]string, t.Length())
		for i, e := range t.TupleElementTypes() {
			parts[i] = typeText(e)
		}
		return fmt.Sprintf("tuple([%s])", strings.Join(parts, ", "))
	case t.IsObjectType():
		types := t.AttributeTypes()
		parts := make([]string, 0, len(types))
		for _, name := range sortedKeys(types) {
			parts = append(parts, name+" = "+typeText(types[name]))
		}
		return fmt.Sprintf("object({%s})", strings.Join(parts, ", "))
	}
	return "any"
}
