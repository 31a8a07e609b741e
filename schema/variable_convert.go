package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// required reports whether a value has to be given.
func (v *variable) required() bool { return v.def == cty.NilVal }

// convert fits a value into the variable's type; why says what does not fit.
func (v *variable) convert(val cty.Value) (out cty.Value, why string) {
	if v.defaults != nil && !val.IsNull() {
		val = v.defaults.Apply(val)
	}
	out, err := convert.Convert(val, v.typ)
	if err != nil {
		return cty.DynamicVal, conversionText(err)
	}
	return out, ""
}

// conversionText is a conversion error in words, with the path to the part
// that does not fit.
func conversionText(err error) string {
	var p cty.PathError
	if !errors.As(err, &p) || len(p.Path) == 0 {
		return err.Error()
	}
	return fmt.Sprintf("at %s, %s", pathText(p.Path), p.Error())
}

func pathText(p cty.Path) string {
	var b strings.Builder
	for _, step := range p {
		switch s := step.(type) {
		case cty.GetAttrStep:
			b.WriteString("." + s.Name)
		case cty.IndexStep:
			switch {
			case !s.Key.IsKnown() || s.Key.IsNull():
				b.WriteString("[...]")
			case s.Key.Type() == cty.String:
				b.WriteString("[" + quoteKey(s.Key.AsString()) + "]")
			case s.Key.Type() == cty.Number:
				b.WriteString("[" + s.Key.AsBigFloat().Text('f', -1) + "]")
			default:
				b.WriteString("[...]")
			}
		}
	}
	return b.String()
}

// accept turns a value that was given into the variable's value. given is
// where, for messages; at is what the diagnostics point at.
func (v *variable) accept(val cty.Value, given string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	if v.broken {
		return cty.DynamicVal, nil
	}
	if val.IsNull() && !v.nullable {
		if v.required() {
			return cty.DynamicVal, hcl.Diagnostics{errorAt(at, "Null value for a required variable",
				"The value %s for var.%s is null, and the variable has neither a default nor allows null.", given, v.name)}
		}
		return v.def, nil
	}
	out, why := v.convert(val)
	if why != "" {
		return cty.DynamicVal, hcl.Diagnostics{errorAt(at, "Unsuitable value for a variable",
			"The value %s for var.%s does not fit its type %s: %s. The variable is declared at %s.",
			given, v.name, typeexpr.TypeString(v.typ), why, place(v.rng))}
	}
	return out, nil
}

// evaluate is the value that was given from outside, before the variable's
// type is known to fit.
func (g VariableValue) evaluate(v *variable) (cty.Value, hcl.Diagnostics) {
	expr := g.Expr
	if expr == nil {
		if v.literal {
			return cty.StringVal(g.Raw), nil
		}
		var diags hcl.Diagnostics
		if expr, diags = g.parse(v); diags.HasErrors() {
			return cty.DynamicVal, diags
		}
	}
	val, diags := expr.Value(nil)
	if diags.HasErrors() {
		for _, d := range diags {
			d.Detail = fmt.Sprintf("The value of var.%s has to be written out: neither references nor function calls are possible here.", v.name)
		}
		return cty.DynamicVal, explain(diags, expr, nil)
	}
	return val, nil
}

// parse reads Raw as an expression.
func (g VariableValue) parse(v *variable) (hcl.Expression, hcl.Diagnostics) {
	name := "<value of " + g.Source + ">"
	if d := checkLimits(name, []byte(g.Raw)); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	expr, diags := hclsyntax.ParseExpression([]byte(g.Raw), name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "Invalid value for a variable",
			Detail: fmt.Sprintf("The value %s for var.%s is not an expression of type %s: %s Text inside it needs quotes, as in '%s=[\"a\", \"b\"]'.",
				g.given(), v.name, typeexpr.TypeString(v.typ), diags[0].Detail, v.name),
			Subject: v.rng.Ptr(),
		}}
	}
	return expr, nil
}

// given is the value, or where it stands, for messages.
func (g VariableValue) given() string {
	if g.Expr != nil {
		return "in " + g.Source
	}
	const most = 60
	text := []rune(g.Raw)
	if len(text) > most {
		text = append(text[:most], '…')
	}
	return fmt.Sprintf("%q (%s)", string(text), g.Source)
}
