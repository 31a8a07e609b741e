package xtables

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/flows"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// track puts flows into the connection table of a namespace.
func track(t *testing.T, m *machine) {
	t.Helper()
	do(t, m.h, "", "ip", "link", "set", "lo", "up")
	for _, f := range [][]string{
		{"-p", "udp", "-s", "10.0.0.1", "-d", "10.0.0.2", "--sport", "1000", "--dport", "53"},
		{"-p", "udp", "-s", "10.0.0.1", "-d", "10.0.0.2", "--sport", "1001", "--dport", "53"},
		{"-p", "udp", "-s", "10.0.0.2", "-d", "10.0.0.9", "--sport", "53", "--dport", "4000"},
		{"-p", "udp", "-s", "10.0.0.1", "-d", "10.0.0.2", "--sport", "1000", "--dport", "54"},
		{"-p", "tcp", "-s", "10.0.0.1", "-d", "10.0.0.2", "--sport", "1000", "--dport", "53", "--state", "ESTABLISHED"},
		{"-p", "udp", "-s", "2001:db8::1", "-d", "2001:db8::2", "--sport", "1000", "--dport", "53"},
	} {
		do(t, m.h, "", append([]string{"conntrack", "-I", "-t", "100"}, f...)...)
	}
}

// evictions are the settings of a proposal that delete flows.
func evictions(p planner.Proposal) []planner.Setting {
	var out []planner.Setting
	for _, s := range p.Settings {
		if s.Target.Kind == planner.KindFlows {
			out = append(out, s)
		}
	}
	return out
}

func TestEvictDeletesTheFlowsThatMatch(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		track(t, m)
		block := func(evict bool) *schema.Resource {
			return resource("notrack", "dns", values{"protocol": str("udp"), "dport": cty.NumberIntVal(53), "role": str("server"), "evict": cty.BoolVal(evict)})
		}
		kept := m.propose(block(false)).Proposals[0]
		if notes := strings.Join(kept.Notes, "\n"); !strings.Contains(notes, "4 of 6 tracked flows match now; they stay until they time out") || len(evictions(kept)) > 0 {
			t.Errorf("without evict: %d deletions, notes: %s", len(evictions(kept)), notes)
		}
		answer := m.propose(block(true)).Proposals[0]
		if notes := strings.Join(answer.Notes, "\n"); !strings.Contains(notes, "4 of 6 tracked flows match now; evict deletes them") {
			t.Errorf("notes: %s", notes)
		}
		m.apply(block(true))
		gone := 0
		for _, s := range evictions(answer) {
			live, err := flows.Read(context.Background(), m.h, s.Target.Name)
			if err != nil || live == nil || s.Irreversible == "" || s.Phase <= planner.PhaseRules || s.State != nil {
				t.Fatalf("%+v: %v, %v", s, live, err)
			}
			if err := flows.Write(context.Background(), m.h, s.Target.Name, live, nil); err != nil {
				t.Fatal(err)
			}
			gone++
		}
		left := do(t, m.h, "", "conntrack", "-L", "-o", "extended")
		if gone != 2 || strings.Count(left, "\n") != 2 || !strings.Contains(left, "dport=54") || !strings.Contains(left, "tcp ") {
			t.Errorf("%d deletions, left are\n%s", gone, left)
		}
		m.clean(block(true))
		m.apply()
	})
}

func TestEvictIsOfOneApply(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		block := func(port int64, evict bool) *schema.Resource {
			return resource("notrack", "dns", values{"protocol": str("udp"), "dport": cty.NumberIntVal(port), "role": str("server"), "evict": cty.BoolVal(evict)})
		}
		step := func(what string, r *schema.Resource, want int) {
			t.Helper()
			if got := len(evictions(m.propose(r).Proposals[0])); got != want {
				t.Errorf("%s: %d deletions, want %d", what, got, want)
			}
			m.apply(r)
		}
		step("new rules without evict", block(53, false), 0)
		step("evict comes later", block(53, true), 2)
		step("nothing changes", block(53, true), 0)
		step("the rules change", block(54, true), 2)
	})
}

func TestDataSourceListsLiveRules(t *testing.T) {
	h := liveNetns(t)
	m := newMachine(t, h, NFT)
	m.apply(dns())
	read := func(config map[string]cty.Value) cty.Value {
		t.Helper()
		v, err := Provider{}.ReadData(context.Background(), provider.Query{Host: h, Type: "rules", Config: config})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	raw := read(map[string]cty.Value{"table": str("raw"), "chain": str("CTPLAN-PRE"), "backend": str("nft")})
	if n := raw.GetAttr("rules").LengthInt(); n != 1 {
		t.Fatalf("%d rules, want 1", n)
	}
	rule := raw.GetAttr("rules").Index(cty.NumberIntVal(0))
	if got := rule.GetAttr("target").AsString() + " " + rule.GetAttr("comment").AsString(); got != "NOTRACK ctplan:notrack.dns" {
		t.Errorf("rule %s", got)
	}
	if n := read(map[string]cty.Value{"family": str("ipv6"), "table": str("nat")}).GetAttr("rules").LengthInt(); n != 0 {
		t.Errorf("a table that does not exist has %d rules", n)
	}
	if _, err := (Provider{}).ReadData(context.Background(), provider.Query{Host: h, Config: map[string]cty.Value{"table": str("x")}}); err == nil {
		t.Error("table x was read")
	}
}

func TestLinesADayAreEstimated(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		do(t, m.h, "*filter\n:INPUT ACCEPT [0:0]\n[1000000:60000000] -A INPUT -p tcp -m tcp --dport 25 -j DROP\nCOMMIT\n", "iptables-"+string(m.backend)+"-restore", "--counters")
		smtp := resource("log_rule", "smtp", values{"chains": strs("INPUT"), "protocol": str("tcp"), "dport": cty.NumberIntVal(25)})
		notes := strings.Join(m.propose(smtp).Proposals[0].Notes, "\n")
		if !strings.Contains(notes, "lines a day from INPUT (ipv4): INPUT rule 1 (-p tcp -m tcp --dport 25 -j DROP) has counted 1000000 packets") {
			t.Errorf("notes: %s", notes)
		}
		limited := resource("log_rule", "smtp", values{"chains": strs("INPUT"), "protocol": str("tcp"), "dport": cty.NumberIntVal(25), "limit": cty.ObjectVal(values{"rate": str("1/hour")})})
		notes = strings.Join(m.propose(limited).Proposals[0].Notes, "\n")
		if !strings.Contains(notes, fmt.Sprintf("about %d lines a day", 24)) {
			t.Errorf("with a limit: %s", notes)
		}
	})
}
