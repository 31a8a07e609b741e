package provider

import (
	"math/big"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
)

// Proposal starts the proposal of a resource with everything that comes from
// its block alone.
func Proposal(r *schema.Resource) planner.Proposal {
	return planner.Proposal{
		Address:     r.Address,
		Declared:    Declared(r),
		Range:       r.Range,
		DependsOn:   r.DependsOn,
		Protect:     r.Protect,
		IgnoreDrift: r.IgnoreDrift,
	}
}

// Declared returns a resource's attributes as configured and normalised, in
// the JSON-like values of a plan document. Attributes that are not set are absent.
func Declared(r *schema.Resource) map[string]any {
	out := make(map[string]any, len(r.Attrs))
	for name, attr := range r.Attrs {
		out[name] = plain(attr.Value)
	}
	return out
}

// plain turns a known value into string, int64, float64, bool, []any,
// map[string]any or nil.
func plain(v cty.Value) any {
	v, _ = v.Unmark()
	switch t := v.Type(); {
	case v.IsNull() || !v.IsKnown():
		return nil
	case t == cty.String:
		return v.AsString()
	case t == cty.Bool:
		return v.True()
	case t == cty.Number:
		f := v.AsBigFloat()
		if n, accuracy := f.Int64(); accuracy == big.Exact {
			return n
		}
		n, _ := f.Float64()
		return n
	case t.IsMapType() || t.IsObjectType():
		out := map[string]any{}
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			out[k.AsString()] = plain(e)
		}
		return out
	default:
		out := []any{}
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			out = append(out, plain(e))
		}
		return out
	}
}
