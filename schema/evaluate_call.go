package schema

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
)

// maxModules bounds the module instances of a configuration: modules that
// each call two others double with every level.
const maxModules = 2000

// call makes the instances of a module.
func (s *scope) call(name string) result {
	c := s.module.calls[name]
	return s.visit(nodeID{kindCall, name}, "module."+name, c.rng, func() result {
		if c.module == nil {
			return poison
		}
		instances, uses := s.expand(c.meta)
		for _, i := range instances {
			if s.e.scopes >= maxModules {
				if !s.e.crowded {
					s.e.report(errorAt(c.rng, "Too many modules",
						"The configuration has more than %d instances of modules; this is where that number is reached.", maxModules))
				}
				s.e.crowded = true
				break
			}
			s.enter(c, i)
		}
		if len(instances) == 0 {
			// What is inside can be checked all the same.
			s.enter(c, unknownInstance()[0]).dormant = true
		}
		// The value only tells which instances there are; see moduleOutputs.
		keys := make([]cty.Value, len(instances))
		for n, i := range instances {
			keys[n] = cty.StringVal(i.key)
		}
		return result{combine(c.meta, instances, keys), uses}
	})
}

// enter makes one instance of a module.
func (s *scope) enter(c *moduleCall, i instance) *scope {
	child := newScope(s.e, c.module)
	child.parent, child.called = s, c
	child.frame = s.inherited()
	child.frame.each = i.each
	child.prefix = join(s.prefix, "module."+i.name(c.name).String())
	child.unknown = s.unknown || i.unknown
	s.children[c.name] = append(s.children[c.name], child)
	return child
}

// moduleOutputs is the value of a module with the outputs that are named.
func (s *scope) moduleOutputs(name string, outputs []string) result {
	shape := s.call(name)
	all := result{uses: make(addressSet)}
	all.uses.add(shape.uses)
	objects := make(map[string]cty.Value)
	for _, child := range s.children[name] {
		if child.dormant {
			continue
		}
		values := make(map[string]cty.Value)
		for _, o := range outputs {
			r := child.output(o)
			values[o] = r.value
			all.uses.add(r.uses)
		}
		key := ""
		if child.frame.each != nil && child.frame.each.key.IsKnown() {
			key = child.frame.each.key.AsString()
		}
		objects[key] = cty.ObjectVal(values)
	}
	switch {
	case !shape.value.IsKnown():
		all.value = cty.DynamicVal
	case s.module.calls[name].meta.forEach != nil:
		all.value = cty.ObjectVal(objects)
	case shape.value.IsNull():
		all.value = shape.value
	default:
		all.value = objects[""]
	}
	return all
}

// before are the resources that the scope's module call depends on: whatever
// is inside comes after them.
func (s *scope) before() addressSet {
	if s.parent == nil {
		return nil
	}
	id := nodeID{kindBefore, s.called.name}
	label := fmt.Sprintf("module.%s.depends_on", s.called.name)
	uses := s.parent.visit(id, label, s.called.rng, func() result {
		uses := s.parent.dependencies(s.called.meta.dependsOn)
		uses.add(s.parent.call(s.called.name).uses)
		return result{value: cty.DynamicVal, uses: uses}
	}).uses
	all := make(addressSet)
	all.add(uses)
	all.add(s.parent.before())
	return all
}
