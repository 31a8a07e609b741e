package schema

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// list reads a list, a tuple or a set of texts. Elements may be unknown.
func (a *Attribute) list(v cty.Value) (cty.Value, error) {
	t := v.Type()
	switch {
	case t == cty.DynamicPseudoType:
		return cty.UnknownVal(cty.List(cty.String)), nil
	case t.IsPrimitiveType():
		return cty.NilVal, unsuitable("%s is a list: write it in brackets, %s = [%s].", a.Name, a.Name, shown(v))
	case !t.IsTupleType() && !t.IsListType() && !t.IsSetType():
		return cty.NilVal, unsuitable("%s is a list, and %s is not suitable.", a.Name, shown(v))
	case !v.IsKnown():
		list, err := convert.Convert(v, cty.List(cty.String))
		if err != nil {
			return cty.NilVal, unsuitable("%s is a list of texts: %v.", a.Name, err)
		}
		return list, nil
	}
	elements := []cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		text, err := a.element(e, cty.IndexIntPath(len(elements)))
		if err != nil {
			return cty.NilVal, err
		}
		elements = append(elements, text)
	}
	if len(elements) == 0 {
		return cty.ListValEmpty(cty.String), nil
	}
	return cty.ListVal(elements), nil
}

// stringMap reads a map or an object of texts. Elements may be unknown.
func (a *Attribute) stringMap(v cty.Value) (cty.Value, error) {
	t := v.Type()
	switch {
	case t == cty.DynamicPseudoType:
		return cty.UnknownVal(cty.Map(cty.String)), nil
	case !t.IsObjectType() && !t.IsMapType():
		return cty.NilVal, unsuitable("%s is a map: write it in braces, %s = { name = value }.", a.Name, a.Name)
	case !v.IsKnown():
		m, err := convert.Convert(v, cty.Map(cty.String))
		if err != nil {
			return cty.NilVal, unsuitable("%s is a map of texts: %v.", a.Name, err)
		}
		return m, nil
	}
	members := make(map[string]cty.Value)
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		text, err := a.element(e, cty.IndexPath(key))
		if err != nil {
			return cty.NilVal, err
		}
		members[key.AsString()] = text
	}
	if len(members) == 0 {
		return cty.MapValEmpty(cty.String), nil
	}
	return cty.MapVal(members), nil
}

// element reads a text that path leads to.
func (a *Attribute) element(v cty.Value, path cty.Path) (cty.Value, error) {
	wrong := func(why *Invalid) (cty.Value, error) {
		why.Path = path
		return cty.NilVal, why
	}
	switch t := v.Type(); {
	case t == cty.DynamicPseudoType && !v.IsKnown():
		return cty.UnknownVal(cty.String), nil
	case v.IsNull():
		return wrong(unsuitable("%s must not hold null.", a.Name))
	case !t.IsPrimitiveType():
		return wrong(unsuitable("%s holds texts, and %s is none.", a.Name, shown(v)))
	case t == cty.Number && v.IsKnown() && isExtreme(v.AsBigFloat()):
		return wrong(&Invalid{Summary: "Value out of range", Detail: a.Name + " cannot hold so extreme a number."})
	}
	return convert.Convert(v, cty.String)
}
