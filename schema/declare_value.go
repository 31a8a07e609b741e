package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// local is one name of a locals block.
type local struct {
	expr hcl.Expression
	rng  hcl.Range // of the name
}

func (m *module) declareLocals(b *hcl.Block) hcl.Diagnostics {
	attrs, diags := b.Body.JustAttributes()
	for _, name := range sortedKeys(attrs) {
		a := attrs[name]
		if d := checkName(name, a.NameRange); d != nil {
			diags = append(diags, d)
			continue
		}
		if first, ok := m.locals[name]; ok {
			diags = append(diags, duplicate("local value \""+name+"\"", a.NameRange, first.rng))
			continue
		}
		m.locals[name] = &local{expr: a.Expr, rng: a.NameRange}
	}
	return diags
}

// output is a value that a module hands to its caller, or the root to its user.
type output struct {
	expr        hcl.Expression // nil if missing
	description string
	rng         hcl.Range
}

var outputSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "value", Required: true},
	{Name: "description"},
}}

func (m *module) declareOutput(b *hcl.Block) hcl.Diagnostics {
	name := b.Labels[0]
	if first, ok := m.outputs[name]; ok {
		return hcl.Diagnostics{duplicate("output \""+name+"\"", b.DefRange, first.rng)}
	}
	content, diags := contentOf(b, outputSchema)
	o := &output{rng: b.DefRange}
	m.outputs[name] = o
	if a, ok := content.Attributes["value"]; ok {
		o.expr = a.Expr
	}
	var d hcl.Diagnostics
	o.description, d = staticString(content.Attributes["description"])
	return append(diags, d...)
}

// condition is a condition with its error message: of a validation, a
// precondition, a postcondition or an assert block.
type condition struct {
	condition, message hcl.Expression
	rng                hcl.Range
}

var conditionSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "condition", Required: true},
	{Name: "error_message", Required: true},
}}

// decodeConditions reads the blocks of one type; those with mistakes are left out.
func decodeConditions(blocks hcl.Blocks) ([]condition, hcl.Diagnostics) {
	var out []condition
	var diags hcl.Diagnostics
	for _, b := range blocks {
		content, d := contentOf(b, conditionSchema)
		diags = append(diags, d...)
		cond, message := content.Attributes["condition"], content.Attributes["error_message"]
		if cond == nil || message == nil {
			continue
		}
		out = append(out, condition{cond.Expr, message.Expr, b.DefRange})
	}
	return out, diags
}

// staticString is an attribute's value where expressions make no sense; "" if
// the attribute is missing or wrong.
func staticString(a *hcl.Attribute) (string, hcl.Diagnostics) {
	v, diags := staticValue(a, cty.String)
	if v == cty.NilVal {
		return "", diags
	}
	return v.AsString(), diags
}

// staticBool is like staticString; otherwise holds where the attribute is missing.
func staticBool(a *hcl.Attribute, otherwise bool) (bool, hcl.Diagnostics) {
	v, diags := staticValue(a, cty.Bool)
	if v == cty.NilVal {
		return otherwise, diags
	}
	return v.True(), diags
}

func staticValue(a *hcl.Attribute, typ cty.Type) (cty.Value, hcl.Diagnostics) {
	if a == nil {
		return cty.NilVal, nil
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		for _, d := range diags {
			d.Detail = "The value of " + a.Name + " has to be written out: neither references nor function calls are possible here."
		}
		return cty.NilVal, explain(diags, a.Expr, nil)
	}
	v, err := convert.Convert(v, typ)
	if err != nil || v.IsNull() || !v.IsKnown() {
		return cty.NilVal, hcl.Diagnostics{errorAt(a.Expr.Range(), "Unsuitable value", "The value of %s has to be %s.", a.Name, kindOf(typ))}
	}
	return v, nil
}
