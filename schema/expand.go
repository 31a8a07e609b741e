package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// instance is one of what for_each and enabled make of a block.
type instance struct {
	key    string
	hasKey bool
	each   *each
	// unknown says that nobody knows whether, and how often, it exists.
	unknown bool
}

// name is the block's name with the instance's key.
func (i instance) name(name string) instanceName { return instanceName{name, i.key, i.hasKey} }

// expand evaluates for_each and enabled of a block.
func (s *scope) expand(m meta) ([]instance, addressSet) {
	instances := []instance{{}}
	var uses addressSet
	if m.forEach != nil {
		r, diags := s.evaluate(m.forEach, s.inherited())
		uses.add(r.uses)
		if !diags.HasErrors() {
			instances, diags = elements(r.value, m.forEach)
		} else {
			instances = unknownInstance()
		}
		s.e.report(diags...)
	}
	if m.enabled == nil {
		return instances, uses
	}
	var kept []instance
	for _, i := range instances {
		f := s.inherited()
		f.each = i.each
		on, used := s.boolean(m.enabled, f, "enabled")
		uses.add(used)
		switch {
		case !on.IsKnown():
			i.unknown = true
			kept = append(kept, i)
		case on.True():
			kept = append(kept, i)
		}
	}
	return kept, uses
}

// boolean evaluates a meta-argument that is true or false.
func (s *scope) boolean(expr hcl.Expression, f frame, name string) (cty.Value, addressSet) {
	r, diags := s.evaluate(expr, f)
	s.e.report(diags...)
	if diags.HasErrors() {
		return cty.UnknownVal(cty.Bool), r.uses
	}
	v, why := toBool(r.value)
	if why != "" {
		s.e.report(explain(hcl.Diagnostics{errorAt(expr.Range(), "Unsuitable value", "The value of %s has to be true or false: %s.", name, why)}, expr, nil)...)
		return cty.UnknownVal(cty.Bool), r.uses
	}
	return v, r.uses
}

func unknownInstance() []instance {
	return []instance{{
		unknown: true,
		each:    &each{key: cty.UnknownVal(cty.String), value: cty.DynamicVal},
	}}
}

// elements are the instances that a for_each value makes, in the order of
// their keys.
func elements(v cty.Value, expr hcl.Expression) ([]instance, hcl.Diagnostics) {
	t := v.Type()
	fail := func(format string, args ...any) ([]instance, hcl.Diagnostics) {
		return unknownInstance(), explain(hcl.Diagnostics{errorAt(expr.Range(), "Unsuitable for_each value", format, args...)}, expr, nil)
	}
	const wanted = "for_each takes a map, or a set of strings"
	switch {
	case v.IsNull():
		return fail("The value is null. %s; for no instances use {} or toset([]).", wanted)
	case !v.IsKnown():
		return unknownInstance(), nil
	case t.IsTupleType() || t.IsListType():
		return fail("The value is a list. %s: write toset([...]). The elements of a list are told apart by number, and removing one would move all that follow.", wanted)
	case !t.IsMapType() && !t.IsObjectType() && !t.IsSetType():
		return fail("The value is %s. %s.", kindOf(t), wanted)
	}
	found := make(map[string]cty.Value)
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if t.IsSetType() {
			key = value
		}
		switch {
		case key.IsNull():
			return fail("The set holds null. An element becomes part of an address, and null cannot.")
		case !key.IsKnown():
			return unknownInstance(), nil
		case key.Type() != cty.String:
			return fail("The set holds %s. %s: convert the elements with tostring.", kindOf(key.Type()), wanted)
		}
		found[key.AsString()] = value
	}
	instances := []instance{}
	for _, key := range sortedKeys(found) {
		instances = append(instances, instance{
			key: key, hasKey: true,
			each: &each{key: cty.StringVal(key), value: found[key]},
		})
	}
	return instances, nil
}

// unknownCount reports whether it is unknown which instances there are.
func unknownCount(instances []instance) bool {
	for _, i := range instances {
		if i.unknown {
			return true
		}
	}
	return false
}

// combine is the value under which a block's instances are referred to: the
// only one, null where it is disabled, or an object by key.
func combine(m meta, instances []instance, values []cty.Value) cty.Value {
	switch {
	case unknownCount(instances):
		return cty.DynamicVal
	case m.forEach != nil:
		byKey := make(map[string]cty.Value)
		for n, i := range instances {
			byKey[i.key] = values[n]
		}
		return cty.ObjectVal(byKey)
	case len(values) == 0:
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return values[0]
}
