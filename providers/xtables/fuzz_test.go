package xtables

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// FuzzCanonicalForm holds the built-in canonical form against the host's own
// tools: whatever the parsers of the language accept must be listed exactly
// as rendered. Each input picks conditions by its bytes and fills in its text.
func FuzzCanonicalForm(f *testing.F) {
	if os.Geteuid() != 0 {
		f.Skip("this test needs root")
	}
	f.Add([]byte{0, 1, 2, 3}, "10.0.0.0/8", "80", "drop: ")
	f.Add([]byte{7, 9, 40, 1}, "2001:db8::/32", "!0:1023", `a"b\c'd`)
	f.Add([]byte{200, 3, 90, 17}, "!192.0.2.1", "1 2 3:4", "x")
	h, err := host.NewLive(host.LiveOptions{})
	if err != nil {
		f.Fatal(err)
	}
	defer h.Close()
	all := choices()
	f.Fuzz(func(t *testing.T, picks []byte, address, ports, words string) {
		rule, ok := fuzzRule(all, picks, address, ports, words)
		if !ok {
			return
		}
		text := rule.Render(Version{1, 8, 9})
		for _, backend := range []Backend{NFT, Legacy} {
			s := Scratch{Host: h, Target: Target{backend, rule.Family, rule.Table}}
			bodies, refused, err := s.Canonical(context.Background(), []Candidate{{Hook: rule.Hook, Text: text}})
			if err != nil {
				t.Fatal(err)
			}
			if refused[0] != nil {
				continue // the kernel knows combinations that make no sense
			}
			if bodies[0] != text.Body {
				t.Errorf("%s\nrendered %q\nlisted   %q", backend, text.Body, bodies[0])
			}
		}
	})
}

func fuzzRule(all []choice, picks []byte, address, ports, words string) (Rule, bool) {
	r := Rule{Family: packet.IPv4, Table: "filter", Hook: "OUTPUT", Comment: "ctplan:x", Action: Action{Log: &Log{Level: 4}}}
	if len(picks) > 0 && picks[0]&1 > 0 {
		r.Family = packet.IPv6
	}
	for _, n := range picks[:min(len(picks), 5)] {
		c := all[int(n)*len(all)/256]
		if c.family != "" && c.family != r.Family || c.hooks != "" && !strings.Contains(c.hooks, r.Hook) {
			continue
		}
		c.apply(&r)
		if c.protocol != "" {
			r.Match.Protocol = ptr(must(packet.ParseProtocol(c.protocol)))
		}
	}
	if a, err := packet.ParseAddress(address); err == nil && a.Family() == r.Family && !a.Any() {
		r.Match.Source = &a
	}
	if p, err := packet.ParsePorts(strings.Fields(ports)); err == nil {
		r.Match.Dport = &p
		if r.Match.Protocol == nil {
			r.Match.Protocol = &packet.Protocol{Number: packet.UDP}
		}
	}
	if words != "" && packet.CheckText("text", words, schema.MaxLogPrefix) == nil {
		r.Comment = schema.RuleComment("log_rule.x", words)
		if r.Action.Log != nil {
			r.Action.Log.Prefix = words
		}
	}
	return r, coherent(r.Match)
}

func FuzzFailedLine(f *testing.F) {
	f.Add("line 8: RULE_APPEND failed (Invalid argument): rule in chain INPUT")
	f.Add("iptables-restore: line 9 failed")
	f.Fuzz(func(t *testing.T, said string) {
		if n := failedLine(said); n < 0 {
			t.Fatalf("%q names line %d", said, n)
		}
		_, _, _ = parseVersion(said)
		_ = parseLive(packet.IPv4, "INPUT", 1, said)
		_ = ruleset.Target(said)
	})
}
