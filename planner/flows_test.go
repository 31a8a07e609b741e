package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/schema/packet"
)

func flowSetting(t testing.TB, text string) Setting {
	t.Helper()
	family, matches, err := packet.ParseFlowText(text)
	if err != nil {
		t.Fatal(err)
	}
	return Setting{Layer: Runtime, Target: Flows(family, matches), Phase: PhaseEvict, Attribute: "evict", Irreversible: "evicted entries are not restored"}
}

// evicting is a proposal that changes a parameter and wants flows gone.
func evicting(t testing.TB, address string) Proposal {
	key := Sysctl("net/" + address)
	return Proposal{
		Address:    address,
		Exists:     true,
		Attributes: []AttributeValue{{Name: "value", Layer: Runtime, Before: "0", After: "1"}},
		Settings: []Setting{
			flowSetting(t, "ipv4 protocol=udp dport=53"),
			{Layer: Runtime, Target: key, Phase: PhaseSysctl, Attribute: "value", State: Value("1")},
		},
	}
}

func TestFlowsAreDeletedLastAndNeverOwned(t *testing.T) {
	flows := flowSetting(t, "ipv4 protocol=udp dport=53").Target
	plan := Build(Input{
		Proposals: []Proposal{evicting(t, "notrack.a"), evicting(t, "notrack.b")},
		Live:      map[string]*State{flows.ID(): Value("12"), "sysctl:net/notrack.a": Value("0"), "sysctl:net/notrack.b": Value("0")},
	})
	if errs := plan.Errors(); len(errs) > 0 {
		t.Fatalf("two resources that want the same flows gone: %v", errs)
	}
	last := plan.Operations[len(plan.Operations)-1]
	if last.Target != flows || last.Reversible() || last.After != nil || len(last.Addresses) != 2 {
		t.Errorf("the last operation is %+v", last)
	}
	if got, want := last.String(), "delete 12 tracked flows (ipv4 protocol=udp dport=53)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"evicted entries are not restored"}, plan.Changes[0].Irreversible); diff != "" {
		t.Errorf("the plan does not say so: %s", diff)
	}
	for address, r := range plan.Next.Resources {
		for _, s := range r.Settings {
			if s.Target.Kind == KindFlows {
				t.Errorf("%s owns %s", address, s.Target)
			}
		}
	}
	if _, remembered := plan.Next.Originals[flows.ID()]; remembered {
		t.Error("the flows are remembered as an original")
	}
}

func TestNoFlowsAreNothingToDelete(t *testing.T) {
	plan := Build(Input{Proposals: []Proposal{evicting(t, "notrack.a")}, Live: map[string]*State{"sysctl:net/notrack.a": Value("0")}})
	if len(plan.Operations) != 1 {
		t.Errorf("%d operations", len(plan.Operations))
	}
}

func TestRollbackLeavesFlowsAlone(t *testing.T) {
	op := Operation{Addresses: []string{"notrack.a"}, Target: flowSetting(t, "ipv4 any").Target, Before: Value("3"), Phase: PhaseEvict}
	plan := BuildRollback(RollbackInput{Undo: []Operation{op}, Live: map[string]*State{}})
	if len(plan.Operations) > 0 || len(plan.Errors()) > 0 {
		t.Errorf("%v, %v", plan.Operations, plan.Errors())
	}
}

func TestFlowsAsShellCommands(t *testing.T) {
	for text, want := range map[string][]string{
		"ipv4 protocol=udp dport=53; protocol=udp sport=53": {"conntrack -D -f ipv4 -p udp --orig-port-dst 53", "conntrack -D -f ipv4 -p udp --orig-port-src 53"},
		"ipv6 source=2001:db8::/32":                         {"conntrack -D -f ipv6 --orig-src 2001:db8::/32"},
		"ipv4 any":                                          {"conntrack -D -f ipv4"},
		"ipv4 protocol=tcp dport=1:9":                       {"# no conntrack(8) command finds: protocol=tcp dport=1:9"},
		"ipv4 source=!10.0.0.0/8":                           {"# no conntrack(8) command finds: source=!10.0.0.0/8"},
	} {
		got := Operation{Target: Target{KindFlows, text}}.Shell()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
