package providers

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// scripted is a provider that echoes addresses, or fails.
type scripted struct {
	types []string
	fails bool
	asked *[]string
}

func (s scripted) Types() []string { return s.types }

func (s scripted) Propose(_ context.Context, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	var out provider.Answer
	for _, r := range req.Resources {
		*s.asked = append(*s.asked, r.Address)
		out.Proposals = append(out.Proposals, planner.Proposal{Address: r.Address})
		out.Findings = append(out.Findings, planner.Finding{Address: r.Address})
	}
	if s.fails {
		return provider.Answer{}, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "scripted"}}
	}
	return out, nil
}

func blocks(addresses ...string) []*schema.Resource {
	var out []*schema.Resource
	for _, a := range addresses {
		typ, _, _ := strings.Cut(a, ".")
		out = append(out, &schema.Resource{Address: a, Type: typ})
	}
	return out
}

func TestProposeKeepsTheOrderOfResources(t *testing.T) {
	var asked []string
	all := []provider.Provider{scripted{[]string{"x", "z"}, false, &asked}, scripted{[]string{"y"}, false, &asked}}
	answer, diags := propose(context.Background(), all, provider.Request{Resources: blocks("x.a", "y.a", "z.a", "x.b", "y.b")})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var got []string
	for _, p := range answer.Proposals {
		got = append(got, p.Address)
	}
	if strings.Join(got, " ") != "x.a y.a z.a x.b y.b" {
		t.Errorf("proposals: %v", got)
	}
	if strings.Join(asked, " ") != "x.a z.a x.b y.a y.b" {
		t.Errorf("asked for: %v", asked)
	}
	if len(answer.Findings) != 5 {
		t.Errorf("%d findings", len(answer.Findings))
	}
}

func TestProposeAsksAllProvidersDespiteErrors(t *testing.T) {
	var asked []string
	all := []provider.Provider{scripted{[]string{"x"}, true, &asked}, scripted{[]string{"y"}, true, &asked}}
	_, diags := propose(context.Background(), all, provider.Request{Resources: blocks("x.a", "y.a")})
	if len(diags) != 2 || len(asked) != 2 {
		t.Errorf("asked for %v, diagnostics %v", asked, diags)
	}
}

func TestProposeRefusesUnservedTypes(t *testing.T) {
	_, diags := propose(context.Background(), nil, provider.Request{Resources: blocks("x.a")})
	if !diags.HasErrors() || !strings.Contains(diags[0].Detail, "x.a") {
		t.Errorf("diagnostics: %v", diags)
	}
}

// TestEveryTypeAndDataTypeIsServed holds the registry against the language.
func TestEveryTypeAndDataTypeIsServed(t *testing.T) {
	served, answered := map[string]int{}, map[string]int{}
	for _, p := range All() {
		for _, typ := range p.Types() {
			served[typ]++
		}
		if source, ok := p.(provider.DataSource); ok {
			for _, typ := range source.DataTypes() {
				answered[typ]++
			}
		}
	}
	for _, typ := range schema.TypeNames() {
		if served[typ] != 1 {
			t.Errorf("%d providers serve %s blocks", served[typ], typ)
		}
	}
	for _, d := range schema.DataTypes {
		if answered[d.Name] != 1 {
			t.Errorf("%d providers answer data %q", answered[d.Name], d.Name)
		}
	}
}

func TestDataReadsEqualBlocksOnce(t *testing.T) {
	h := host.NewFakeLinux()
	facts, err := h.Facts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	d := NewData(h, facts)
	read := func(key string) string {
		t.Helper()
		v, err := d.ReadData(context.Background(), "sysctl", map[string]cty.Value{"key": cty.StringVal(key)})
		if err != nil {
			t.Fatal(err)
		}
		return v.GetAttr("value").AsString()
	}
	if got := read("vm.swappiness"); got != "60" {
		t.Errorf("vm.swappiness = %s", got)
	}
	h.SetSysctl("vm/swappiness", "10")
	if got := read("vm.swappiness"); got != "60" {
		t.Errorf("the same block saw another value: %s", got)
	}
	if got := read("vm/swappiness"); got != "10" {
		t.Errorf("another block saw an old value: %s", got)
	}
}

func TestDataRefusesUnknownKinds(t *testing.T) {
	if v, err := NewData(host.NewFakeLinux(), planner.Facts{}).ReadData(context.Background(), "weather", nil); err == nil {
		t.Errorf("data \"weather\" = %#v", v)
	}
}
