package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// partOf follows a path into brackets and braces as far as they are written
// out, so that a message points at the third address and not at the list.
func partOf(expr hcl.Expression, path cty.Path) hcl.Expression {
	for _, step := range path {
		inner := stepInto(expr, step)
		if inner == nil {
			break
		}
		expr = inner
	}
	return expr
}

func stepInto(expr hcl.Expression, step cty.PathStep) hcl.Expression {
	switch step := step.(type) {
	case cty.IndexStep:
		switch step.Key.Type() {
		case cty.Number:
			return elementOf(expr, step.Key)
		case cty.String:
			return memberOf(expr, step.Key.AsString())
		}
	case cty.GetAttrStep:
		return memberOf(expr, step.Name)
	}
	return nil
}

func elementOf(expr hcl.Expression, index cty.Value) hcl.Expression {
	list, diags := hcl.ExprList(expr)
	at, _ := index.AsBigFloat().Int64()
	if diags.HasErrors() || at < 0 || at >= int64(len(list)) {
		return nil
	}
	return list[at]
}

func memberOf(expr hcl.Expression, name string) hcl.Expression {
	pairs, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return nil
	}
	for _, pair := range pairs {
		if key, diags := pair.Key.Value(nil); !diags.HasErrors() && key.Type() == cty.String && key.IsKnown() && !key.IsNull() && key.AsString() == name {
			return pair.Value
		}
	}
	return nil
}
