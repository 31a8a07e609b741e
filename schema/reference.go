package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// reference is what the beginning of a traversal stands for: the path of
// names under which the value goes into the evaluation context, and how to
// get it.
type reference struct {
	path    []string
	resolve func() result
}

// constant is a reference to a value that is there already.
func constant(v cty.Value, path ...string) (reference, *hcl.Diagnostic) {
	return reference{path, func() result { return result{value: v} }}, nil
}

// reference finds out what a traversal refers to.
func (s *scope) reference(t hcl.Traversal, f frame) (reference, *hcl.Diagnostic) {
	switch root := t.RootName(); root {
	case "var":
		return named(t, "variable", s.module.variables, s.variable)
	case "local":
		return named(t, "local value", s.module.locals, s.local)
	case "data":
		return s.dataReference(t, f)
	case "module":
		return s.moduleReference(t)
	case "each":
		return eachReference(t, f)
	case "path":
		if _, d := step(t, 1, []string{"module"}); d != nil {
			return reference{}, d
		}
		return constant(cty.StringVal(s.module.dir), root, "module")
	case "self":
		if f.self == cty.NilVal {
			return reference{}, invalidReference(t, "self is the resource that a precondition or a postcondition belongs to, and has no meaning elsewhere.")
		}
		if d := checkAttribute(t[1:], root, false, objectNames(f.self.Type())); d != nil {
			return reference{}, d
		}
		return constant(f.self, root)
	default:
		if LookupType(root) == nil {
			return reference{}, s.unknownRoot(t, f)
		}
		return s.resourceReference(t)
	}
}

// named is a reference of the form root.name.
func named[V any](t hcl.Traversal, what string, among map[string]V, get func(string) result) (reference, *hcl.Diagnostic) {
	name, d := declared(t, 1, what, t.RootName()+".", "", among)
	if d != nil {
		return reference{}, d
	}
	return reference{[]string{t.RootName(), name}, func() result { return get(name) }}, nil
}

func (s *scope) dataReference(t hcl.Traversal, f frame) (reference, *hcl.Diagnostic) {
	typ, d := step(t, 1, dataTypeNames())
	if d != nil {
		return reference{}, d
	}
	prefix := typ + "."
	if len(t) > 2 {
		if v, ok := f.data[prefix+stepName(t[2])]; ok {
			return constant(v, "data", typ, stepName(t[2]))
		}
	}
	name, d := declared(t, 2, "data block", "data."+prefix, prefix, s.module.data)
	if d != nil {
		return reference{}, d
	}
	b := s.module.data[prefix+name]
	if d := checkAttribute(t[3:], "data."+prefix+name, b.meta.forEach != nil, objectNames(b.typ.Object())); d != nil {
		return reference{}, d
	}
	return reference{[]string{"data", typ, name}, func() result { return s.dataBlock(prefix + name) }}, nil
}

func (s *scope) resourceReference(t hcl.Traversal) (reference, *hcl.Diagnostic) {
	prefix := t.RootName() + "."
	name, d := declared(t, 1, t.RootName()+" block", prefix, prefix, s.module.resources)
	if d != nil {
		return reference{}, d
	}
	b := s.module.resources[prefix+name]
	if d := checkAttribute(t[2:], prefix+name, b.meta.forEach != nil, b.typ.names()); d != nil {
		return reference{}, d
	}
	return reference{[]string{t.RootName(), name}, func() result { return s.resource(prefix + name) }}, nil
}

// moduleReference is module.NAME.OUTPUT: only that output is evaluated, so
// that a module's outputs may depend on different arguments. A reference to
// the module as a whole evaluates them all.
func (s *scope) moduleReference(t hcl.Traversal) (reference, *hcl.Diagnostic) {
	name, d := declared(t, 1, "module", "module.", "", s.module.calls)
	if d != nil {
		return reference{}, d
	}
	c := s.module.calls[name]
	if c.module == nil {
		return constant(cty.DynamicVal, "module", name)
	}
	outputs := sortedKeys(c.module.outputs)
	if d := checkAttribute(t[2:], "module."+name, c.meta.forEach != nil, outputs); d != nil {
		return reference{}, d
	}
	if c.meta.forEach == nil && c.meta.enabled == nil && len(t) > 2 {
		if output := stepName(t[2]); output != "" {
			return reference{[]string{"module", name, output}, func() result { return s.moduleOutputs(name, []string{output}).attribute(output) }}, nil
		}
	}
	return reference{[]string{"module", name}, func() result { return s.moduleOutputs(name, outputs) }}, nil
}

// attribute is a part of an object.
func (r result) attribute(name string) result {
	if r.value.Type().IsObjectType() && r.value.IsKnown() && !r.value.IsNull() && r.value.Type().HasAttribute(name) {
		r.value = r.value.GetAttr(name)
	} else {
		r.value = cty.DynamicVal
	}
	return r
}

func eachReference(t hcl.Traversal, f frame) (reference, *hcl.Diagnostic) {
	if f.each == nil {
		return reference{}, invalidReference(t, "each.key and each.value exist only in a block with for_each.")
	}
	name, d := step(t, 1, []string{"key", "value"})
	switch {
	case d != nil:
		return reference{}, d
	case name == "key":
		return constant(f.each.key, "each", name)
	}
	return constant(f.each.value, "each", name)
}

// declared is the name at a step of a traversal, which has to be a key of
// among, behind keyPrefix. written is what stands before it in a reference.
func declared[V any](t hcl.Traversal, i int, what, written, keyPrefix string, among map[string]V) (string, *hcl.Diagnostic) {
	if len(t) <= i || stepName(t[i]) == "" {
		return "", invalidReference(t, fmt.Sprintf("%s has to be followed by a name, as in %sNAME.", strings.TrimSuffix(written, "."), written))
	}
	name := stepName(t[i])
	if _, ok := among[keyPrefix+name]; ok {
		return name, nil
	}
	return "", errorAt(t[:i+1].SourceRange(), "Reference to something undeclared",
		"There is no %s %q.%s", what, name, didYouMean(name, namesAfter(keyPrefix, among)))
}

// step is the name at a step of a traversal, out of a fixed set.
func step(t hcl.Traversal, i int, names []string) (string, *hcl.Diagnostic) {
	parent := stepName(t[i-1])
	if len(t) <= i || stepName(t[i]) == "" {
		return "", invalidReference(t, fmt.Sprintf("%s has to be followed by one of %s.", parent, strings.Join(names, ", ")))
	}
	name := stepName(t[i])
	for _, n := range names {
		if n == name {
			return name, nil
		}
	}
	return "", invalidReference(t, fmt.Sprintf("There is no %s.%s.%s", parent, name, suggestOrList(name, names)))
}

// checkAttribute looks at the steps after an object's name: the next has to
// be one of its attributes, or an instance's key and then one.
func checkAttribute(rest hcl.Traversal, object string, instances bool, names []string) *hcl.Diagnostic {
	if len(rest) == 0 {
		return nil
	}
	if instances {
		if attr, ok := rest[0].(hcl.TraverseAttr); ok && slices.Contains(names, attr.Name) {
			return errorAt(attr.SrcRange, "Missing instance key",
				"%s has for_each and therefore several instances: say which one, as in %s[each.key].%s.", object, object, attr.Name)
		}
		return nil
	}
	switch s := rest[0].(type) {
	case hcl.TraverseIndex:
		if !slices.Contains(names, stepName(s)) {
			return errorAt(s.SrcRange, "Unsupported instance key", "%s has no for_each and therefore no instances to choose from.", object)
		}
	case hcl.TraverseAttr:
		if !slices.Contains(names, s.Name) {
			return errorAt(s.SrcRange, "Unknown attribute", "%s has no attribute %q.%s", object, s.Name, didYouMean(s.Name, names))
		}
	}
	return nil
}

// roots are the first words of references; forms of Terraform and slips of
// the pen are explained.
var roots = []string{"data", "each", "local", "module", "path", "self", "var"}

var otherRoots = map[string]string{
	"count":     "There is no count. Use for_each, and each.key for the instance.",
	"terraform": "There are no workspaces: a configuration is for one host.",
	"resource":  "A resource is named by its type: conntrack.edge.",
	"variable":  "A variable's value is var.NAME.",
	"vars":      "A variable's value is var.NAME.",
	"locals":    "A local value is local.NAME.",
	"output":    "An output cannot be referred to inside its own module: refer to what it is made of.",
	"check":     "The outcome of a check cannot be referred to.",
}

func (s *scope) unknownRoot(t hcl.Traversal, f frame) *hcl.Diagnostic {
	root := t.RootName()
	if hint, ok := otherRoots[root]; ok {
		return invalidReference(t, hint)
	}
	known := append(append([]string(nil), roots...), TypeNames()...)
	hint := didYouMean(root, known)
	if hint == "" && len(t) == 1 {
		hint = fmt.Sprintf(" Text needs quotes: \"%s\".", root)
	}
	return invalidReference(t, fmt.Sprintf("Nothing is called %q here.%s", root, hint))
}

func invalidReference(t hcl.Traversal, detail string) *hcl.Diagnostic {
	return errorAt(t.SourceRange(), "Invalid reference", "%s", detail)
}
