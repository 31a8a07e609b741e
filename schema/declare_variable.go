package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
)

// variable is a declared input.
type variable struct {
	name        string
	description string
	rng         hcl.Range

	typ      cty.Type
	defaults *typeexpr.Defaults // of optional object attributes
	// literal says that a value given as text is that text, not an expression.
	literal bool
	// def is the default, converted; cty.NilVal if the variable is required.
	def      cty.Value
	nullable bool
	// deprecated is the message shown where a value is given, or "".
	deprecated  string
	validations []condition
	// broken says that the declaration is wrong: any value is then unknown,
	// so that one mistake does not cause others.
	broken bool
}

var variableSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "type"},
		{Name: "default"},
		{Name: "description"},
		{Name: "nullable"},
		{Name: "deprecated"},
	},
	Blocks: []hcl.BlockHeaderSchema{{Type: "validation"}},
}

func (m *module) declareVariable(b *hcl.Block) hcl.Diagnostics {
	name := b.Labels[0]
	if first, ok := m.variables[name]; ok {
		return hcl.Diagnostics{duplicate("variable \""+name+"\"", b.DefRange, first.rng)}
	}
	if slices.Contains(takenArguments, name) {
		return hcl.Diagnostics{errorAt(b.LabelRanges[0], "Invalid name",
			"A variable cannot be called %q: in a module block that argument has a meaning of its own.", name)}
	}
	v := &variable{name: name, rng: b.DefRange, typ: cty.DynamicPseudoType, literal: true, def: cty.NilVal}
	m.variables[name] = v

	content, diags := contentOf(b, variableSchema)
	add := func(d hcl.Diagnostics) { diags = append(diags, d...) }
	var d hcl.Diagnostics
	v.description, d = staticString(content.Attributes["description"])
	add(d)
	v.deprecated, d = staticString(content.Attributes["deprecated"])
	add(d)
	v.nullable, d = staticBool(content.Attributes["nullable"], true)
	add(d)
	v.validations, d = decodeConditions(content.Blocks)
	add(d)
	add(v.decodeType(content.Attributes["type"]))
	add(v.decodeDefault(content.Attributes["default"]))
	return diags
}

// maxTypeLength bounds a type constraint, in bytes.
const maxTypeLength = 16 << 10

func (v *variable) decodeType(a *hcl.Attribute) hcl.Diagnostics {
	if a == nil {
		return nil
	}
	if r := a.Expr.Range(); r.End.Byte-r.Start.Byte > maxTypeLength {
		// In JSON it is a string, which checkLimits takes for text.
		v.broken = true
		return hcl.Diagnostics{tooDeep(r)}
	}
	typ, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
	if diags.HasErrors() {
		v.broken = true
		return explain(diags, a.Expr, nil)
	}
	v.typ, v.defaults, v.literal = typ, defaults, typ.IsPrimitiveType()
	return nil
}

func (v *variable) decodeDefault(a *hcl.Attribute) hcl.Diagnostics {
	if a == nil || v.broken {
		return nil
	}
	val, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		v.broken = true
		for _, d := range diags {
			d.Detail = "The default of a variable has to be written out: neither references nor function calls are possible here. Use locals for computed values."
		}
		return explain(diags, a.Expr, nil)
	}
	converted, why := v.convert(val)
	if why != "" {
		v.broken = true
		return hcl.Diagnostics{errorAt(a.Expr.Range(), "Unsuitable default value",
			"The default of var.%s does not fit its type %s: %s.", v.name, typeexpr.TypeString(v.typ), why)}
	}
	if converted.IsNull() && !v.nullable {
		v.broken = true
		return hcl.Diagnostics{errorAt(a.Expr.Range(), "Unsuitable default value",
			"The default of var.%s is null, which nullable = false does not allow.", v.name)}
	}
	v.def = converted
	return nil
}
