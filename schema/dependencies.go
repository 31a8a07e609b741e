package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
)

// bodyReferences are the references in a block's body, those of dynamic
// blocks included, in the order of the file.
func bodyReferences(bt *BlockType, body hcl.Body) []hcl.Traversal {
	node := dynblock.WalkVariables(body)
	schema := &hcl.BodySchema{Attributes: attributeNames(bt.Attributes)}
	nested := make(map[string]*hcl.BodySchema)
	for _, b := range bt.Blocks {
		schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: b.Name})
		nested[b.Name] = &hcl.BodySchema{Attributes: attributeNames(b.Attributes)}
	}
	references, children := node.Visit(schema)
	for _, c := range children {
		if s, ok := nested[c.BlockTypeName]; ok {
			inner, _ := c.Node.Visit(s)
			references = append(references, inner...)
		}
	}
	return references
}

func attributeNames(attrs []Attribute) []hcl.AttributeSchema {
	var out []hcl.AttributeSchema
	for _, a := range attrs {
		out = append(out, hcl.AttributeSchema{Name: a.Name})
	}
	return out
}

// dependencies are the resources that depends_on names.
func (s *scope) dependencies(traversals []hcl.Traversal) addressSet {
	var uses addressSet
	for _, t := range traversals {
		found, d := s.dependency(t)
		if d != nil {
			s.e.report(d)
		}
		uses.add(found)
	}
	return uses
}

func (s *scope) dependency(t hcl.Traversal) (addressSet, *hcl.Diagnostic) {
	if root := t.RootName(); root != "module" && LookupType(root) == nil {
		return nil, errorAt(t.SourceRange(), "Unsuitable dependency",
			"depends_on takes resources and modules, like conntrack.edge or module.web. Values come first by themselves where they are used.%s",
			didYouMean(root, TypeNames()))
	}
	a, d := addressOf(t)
	switch {
	case d != nil:
		return nil, d
	case a.typ == "" && len(a.modules) == 1:
		name := a.modules[0].name
		if s.module.calls[name] == nil {
			return nil, errorAt(t.SourceRange(), "Reference to something undeclared",
				"There is no module %q.%s", name, didYouMean(name, sortedKeys(s.module.calls)))
		}
		return s.insideOf(name), nil
	case len(a.modules) > 0:
		return nil, errorAt(t.SourceRange(), "Unsuitable dependency",
			"What is inside a module cannot be named from outside. Depend on the module as a whole: module.%s.", a.modules[0].name)
	}
	prefix, name := a.typ+".", a.resource.name
	if s.module.resources[prefix+name] == nil {
		return nil, errorAt(t.SourceRange(), "Reference to something undeclared",
			"There is no %s block %q.%s", a.typ, name, didYouMean(name, namesAfter(prefix, s.module.resources)))
	}
	return s.resource(prefix + name).uses, nil
}

// insideOf are all resources in the instances of a module.
func (s *scope) insideOf(call string) addressSet {
	var uses addressSet
	s.call(call)
	for _, child := range s.children[call] {
		for _, id := range sortedKeys(child.module.resources) {
			uses.add(child.resource(id).uses)
		}
		for _, name := range sortedKeys(child.module.calls) {
			uses.add(child.insideOf(name))
		}
	}
	return uses
}
