package xtables

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

func TestRulesThatAreAlikeAreSampled(t *testing.T) {
	rule := func(body string) Candidate { return Candidate{Hook: "PREROUTING", Text: Text{Body: body, Exact: true}} }
	const tail = `-m comment --comment "ctplan:notrack.x" -j NOTRACK`
	first := rule("-s 10.0.0.1/32 -p udp -m udp --dport 53 " + tail)
	other := func(change func(*Candidate)) Candidate {
		c := first
		change(&c)
		return c
	}
	for name, tc := range map[string]struct {
		second Candidate
		alike  bool
	}{
		"another address":         {rule("-s 10.9.9.9/32 -p udp -m udp --dport 53 " + tail), true},
		"another comment":         {rule(`-s 10.0.0.1/32 -p udp -m udp --dport 53 -m comment --comment "ctplan:notrack.y[\"a b\"]" -j NOTRACK`), true},
		"another prefix length":   {rule("-s 10.0.0.0/24 -p udp -m udp --dport 53 " + tail), false},
		"a negation":              {rule("! -s 10.0.0.1/32 -p udp -m udp --dport 53 " + tail), false},
		"another port":            {rule("-s 10.0.0.1/32 -p udp -m udp --dport 54 " + tail), false},
		"another target":          {rule(`-s 10.0.0.1/32 -p udp -m udp --dport 53 -m comment --comment "ctplan:notrack.x" -j LOG`), false},
		"an address with ::":      {rule("-s ::1.2.3.4/32 -p udp -m udp --dport 53 " + tail), false},
		"a comment that is odd":   {rule(`-s 10.0.0.1/32 -p udp -m udp --dport 53 -m comment --comment "ctplan:notrack.é" -j NOTRACK`), false},
		"another hook":            {other(func(c *Candidate) { c.Hook = "OUTPUT" }), false},
		"one that is not certain": {other(func(c *Candidate) { c.Text.Exact = false }), false},
	} {
		want := []int{0, 1}
		if tc.alike {
			want = []int{0}
		}
		if got := sampleOf([]Candidate{first, tc.second}); !slices.Equal(got, want) {
			t.Errorf("%s: %v are tried, want %v", name, got, want)
		}
	}
}

// What sampling answers is what trying every rule does, also where the sample
// is refused or listed otherwise than foreseen.
func TestSamplingChangesNoAnswer(t *testing.T) {
	eachTarget(t, "raw", func(t *testing.T, h *host.Live, target Target) {
		for name, form := range map[string]string{
			"as foreseen":       `-s %s -p udp -m udp --dport 53 -m comment --comment "n %d" -j NOTRACK`,
			"listed otherwise":  `-s %s -p udp -m udp --dport 0:53 -m comment --comment "n %d" -m limit --limit 60/min -j LOG`,
			"refused in raw":    `-s %s -p tcp -m comment --comment "n %d" -j REJECT`,
			"not one rule each": `-s %s -p udp --dport domain -m comment --comment "n %d" -j NOTRACK`,
		} {
			var rules []Candidate
			for i := range 8 {
				address := fmt.Sprintf("10.0.0.%d/32", i)
				if target.Family == packet.IPv6 {
					address = fmt.Sprintf("2001:db8::%d/128", i+1)
				}
				rules = append(rules, Candidate{Hook: "PREROUTING", Text: Text{Body: fmt.Sprintf(form, address, i), Exact: true}})
			}
			s := Scratch{Host: h, Target: target}
			bodies, refused, err := s.Sampled(t.Context(), rules)
			if err != nil {
				t.Fatal(err)
			}
			all, refusedAll, err := s.Canonical(t.Context(), rules)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(bodies, all) || len(refused) != len(refusedAll) {
				t.Errorf("%s:\n%q, %v, want\n%q, %v", name, bodies, refused, all, refusedAll)
			}
		}
	})
}
