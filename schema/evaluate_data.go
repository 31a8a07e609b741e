package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// dataBlock is the value of a data block.
func (s *scope) dataBlock(id string) result {
	b := s.module.data[id]
	return s.visit(nodeID{kindData, id}, "data."+id, b.rng, func() result {
		r, diags := s.readData(b)
		s.e.report(diags...)
		return r
	})
}

// readData asks for the data of all instances of a block.
func (s *scope) readData(b *dataBlock) (result, hcl.Diagnostics) {
	instances, uses := s.expand(b.meta)
	var diags hcl.Diagnostics
	values := make([]cty.Value, len(instances))
	for n, i := range instances {
		f := s.inherited()
		f.each = i.each
		r, d := s.readInstance(b, i, f)
		values[n] = r.value
		uses.add(r.uses)
		diags = append(diags, WithAddress(join(s.prefix, "data."+b.typ.Name+"."+i.name(b.name).String()), d)...)
	}
	return result{combine(b.meta, instances, values), uses}, diags
}

func (s *scope) readInstance(b *dataBlock, i instance, f frame) (result, hcl.Diagnostics) {
	unknown := cty.UnknownVal(b.typ.Object())
	arguments := make(map[string]cty.Value)
	known := !i.unknown && !s.unknown
	var diags hcl.Diagnostics
	var uses addressSet
	for _, a := range b.typ.Arguments {
		attr, ok := b.arguments[a.Name]
		if !ok {
			continue
		}
		r, d := s.evaluate(attr.Expr, f)
		uses.add(r.uses)
		diags = append(diags, d...)
		v, err := convert.Convert(r.value, a.Type)
		switch {
		case d.HasErrors():
		case err != nil:
			diags = append(diags, errorAt(attr.Expr.Range(), "Unsuitable value",
				"The value of %s has to be %s: %s.", a.Name, kindOf(a.Type), conversionText(err)))
		case v.IsNull() && a.Required:
			diags = append(diags, errorAt(attr.Expr.Range(), "Unsuitable value", "The value of %s is null, and data %q needs one.", a.Name, b.typ.Name))
		case !v.IsWhollyKnown():
			known = false
		default:
			arguments[a.Name] = v
		}
	}
	if diags.HasErrors() {
		return result{cty.DynamicVal, uses}, diags
	}
	if s.e.opts.Data == nil || !known || missing(b) {
		return result{unknown, uses}, diags
	}
	v, err := s.e.opts.Data.ReadData(s.e.ctx, b.typ.Name, arguments)
	if err == nil {
		v, err = convert.Convert(v, b.typ.Object())
	}
	if err != nil {
		return result{cty.DynamicVal, uses}, append(diags, errorAt(b.rng, "Data cannot be read",
			"data.%s cannot be read from the host: %s.", b.id(), conversionText(err)))
	}
	return result{v, uses}, diags
}

// missing reports whether a required argument is not there, which Load has
// reported.
func missing(b *dataBlock) bool {
	for _, a := range b.typ.Arguments {
		if _, ok := b.arguments[a.Name]; a.Required && !ok {
			return true
		}
	}
	return false
}
