package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/schema"
)

func TestDeclaredIsJSONLike(t *testing.T) {
	values := map[string]cty.Value{
		"text":    cty.StringVal("x"),
		"whole":   cty.NumberIntVal(1 << 40),
		"broken":  cty.NumberFloatVal(1.5),
		"switch":  cty.True,
		"list":    cty.ListVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")}),
		"empty":   cty.ListValEmpty(cty.String),
		"map":     cty.MapVal(map[string]cty.Value{"k": cty.NumberIntVal(1)}),
		"object":  cty.ObjectVal(map[string]cty.Value{"k": cty.NullVal(cty.Bool)}),
		"nothing": cty.NullVal(cty.String),
		"unknown": cty.UnknownVal(cty.String),
	}
	r := &schema.Resource{Attrs: map[string]schema.Attr{}}
	for name, v := range values {
		r.Attrs[name] = schema.Attr{Value: v}
	}
	want := map[string]any{
		"text": "x", "whole": int64(1 << 40), "broken": 1.5, "switch": true,
		"list": []any{"a", "b"}, "empty": []any{}, "map": map[string]any{"k": int64(1)},
		"object": map[string]any{"k": nil}, "nothing": nil, "unknown": nil,
	}
	if diff := cmp.Diff(want, Declared(r)); diff != "" {
		t.Errorf("declared (-want +got):\n%s", diff)
	}
}

func TestProposalTakesOverTheBlock(t *testing.T) {
	r := &schema.Resource{Address: "x.a", DependsOn: []string{"x.b"}, Protect: true, IgnoreDrift: []string{"max"}}
	p := Proposal(r)
	if p.Address != "x.a" || !p.Protect || len(p.DependsOn) != 1 || len(p.IgnoreDrift) != 1 || p.Exists {
		t.Errorf("proposal %+v", p)
	}
}
