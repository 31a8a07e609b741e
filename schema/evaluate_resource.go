package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/zclconf/go-cty/cty"
)

// resource is the value of a resource block: all its instances. Evaluating
// it adds them to the evaluator's resources.
func (s *scope) resource(id string) result {
	b := s.module.resources[id]
	return s.visit(nodeID{kindResource, id}, id, b.rng, func() result {
		instances, uses := s.expand(b.meta)
		uses.add(s.dependencies(b.meta.dependsOn))
		uses.add(s.before())
		values := make([]cty.Value, len(instances))
		var addresses addressSet
		for n, i := range instances {
			r, value := s.resourceInstance(b, i, uses)
			values[n] = value
			r.self = value
			s.e.instances = append(s.e.instances, r)
			if !i.unknown && !s.unknown {
				s.e.resources = append(s.e.resources, r)
				addresses.addOne(r.Address)
			}
		}
		if len(instances) == 0 {
			s.checkDormant(b)
		}
		return result{combine(b.meta, instances, values), addresses}
	})
}

// resourceInstance evaluates one instance of a block. uses are the resources
// that every instance depends on.
func (s *scope) resourceInstance(b *resourceBlock, i instance, uses addressSet) (*evaluated, cty.Value) {
	f := s.inherited()
	f.each = i.each
	r := &evaluated{
		Resource: &Resource{
			Address:     join(s.prefix, b.typ.Name+"."+i.name(b.name).String()),
			Module:      s.prefix,
			Type:        b.typ.Name,
			Name:        b.name,
			Key:         i.key,
			HasKey:      i.hasKey,
			Range:       b.rng,
			IgnoreDrift: b.ignoreDrift,
		},
		block: b, scope: s, frame: f,
	}
	ctx, own, diags := s.context(bodyReferences(b.typ, b.body), f)
	own.add(uses)
	attrs, d := decodeBlock(b.typ, dynblock.Expand(b.body, ctx), ctx)
	r.Attrs = attrs
	diags = append(diags, complete(d, ctx)...)
	failed := diags.HasErrors()
	if !failed && b.typ.Check != nil {
		diags = append(diags, r.problems(ctx)...)
	}
	if b.protect != nil {
		on, used := s.boolean(b.protect, f, "protect")
		own.add(used)
		r.Protect = on.IsKnown() && on.True()
	}
	r.DependsOn = sortedKeys(own)
	s.e.report(WithAddress(r.Address, diags)...)
	return r, objectValue(b.typ, attrs, failed)
}

// checkDormant checks a block that has no instances: its names and what is
// written out, but no value that it refers to. Those may be wrong for the very
// reason for which it is disabled.
func (s *scope) checkDormant(b *resourceBlock) {
	f := s.inherited()
	if b.meta.forEach != nil {
		f.each = unknownInstance()[0].each
	}
	names := make(tree)
	var diags hcl.Diagnostics
	for _, t := range bodyReferences(b.typ, b.body) {
		if _, d := s.reference(t, f); d != nil {
			diags = append(diags, d)
		}
		names.put(wrongPath(t), cty.DynamicVal)
	}
	ctx := &hcl.EvalContext{Variables: names.objects(), Functions: s.e.functions}
	_, d := decodeBlock(b.typ, dynblock.Expand(b.body, ctx), ctx)
	diags = append(diags, complete(d, ctx)...)
	s.e.report(WithAddress(join(s.prefix, b.typ.Name+"."+b.name), diags)...)
}

// problems lets the block type's table look at the whole block.
func (r *evaluated) problems(ctx *hcl.EvalContext) hcl.Diagnostics {
	known := *r.Resource
	known.Attrs = make(map[string]Attr)
	for name, a := range r.Attrs {
		if a.Value.IsWhollyKnown() {
			known.Attrs[name] = a
		}
	}
	var diags hcl.Diagnostics
	for _, p := range r.block.typ.Check(&known) {
		d := errorAt(r.Range, p.Summary, "%s", p.Detail)
		if a, ok := r.Attrs[p.Attribute]; ok {
			d.Subject = a.Range.Ptr()
		}
		if p.Warning {
			d.Severity = hcl.DiagWarning
		}
		d.EvalContext = ctx
		diags = append(diags, d)
	}
	return diags
}

// objectValue is a resource as expressions see it: every attribute of its
// type, null where it is not set. What could not be evaluated is unknown.
func objectValue(bt *BlockType, attrs map[string]Attr, failed bool) cty.Value {
	absent := cty.NullVal(cty.DynamicPseudoType)
	if failed {
		absent = cty.DynamicVal
	}
	values := make(map[string]cty.Value)
	for _, name := range bt.names() {
		values[name] = absent
		if a, ok := attrs[name]; ok {
			values[name] = a.Value
		}
	}
	return cty.ObjectVal(values)
}
