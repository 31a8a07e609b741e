package ruleset_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/planner/ruleset/rulesettest"
)

// world makes random tables and parts.
type world struct {
	*rand.Rand
	packets uint64
}

func (w *world) counted(body string) ruleset.Rule {
	w.packets++
	return ruleset.Rule{Body: body, Counted: true, Counters: ruleset.Counters{Packets: w.packets, Bytes: 7 * w.packets}}
}

var positions = []ruleset.Position{
	{Word: ruleset.First}, {Word: ruleset.Last}, {Word: ruleset.BeforeVerdict},
	{Word: ruleset.Before, Neighbour: "DOCKER-USER"}, {Word: ruleset.After, Neighbour: "my rule"},
}

func (w *world) part() *ruleset.Part {
	p := &ruleset.Part{Table: "filter"}
	for _, hook := range []string{"INPUT", "FORWARD"} {
		for _, at := range positions {
			if w.IntN(3) > 0 {
				continue
			}
			var bodies []string
			for _, n := range w.Perm(12)[:w.IntN(12)] {
				bodies = append(bodies, fmt.Sprintf("-s 10.0.0.%d/32 -j LOG", n))
			}
			p.Add("LOG", hook, at, bodies...)
		}
	}
	return p
}

// live puts a part into a table of others' rules, more or less where it
// belongs, and damages it.
func (w *world) live() *ruleset.Table {
	t := &ruleset.Table{Name: "filter"}
	foreign := []string{"-j DOCKER-USER", "-i lo -j ACCEPT", `-m comment --comment "my rule" -p tcp`, "-j DOCKER-USER", "-j KUBE"}
	for _, hook := range []string{"INPUT", "FORWARD", "OUTPUT"} {
		c := &ruleset.Chain{Name: hook, Policy: "ACCEPT"}
		for range 1 + w.IntN(3) {
			for _, body := range foreign {
				c.Rules = append(c.Rules, w.counted(body))
			}
		}
		if w.IntN(2) == 0 {
			c.Rules = append(c.Rules, w.counted("-m comment --comment last -j REJECT --reject-with icmp-port-unreachable"))
		}
		t.Chains = append(t.Chains, c)
	}
	t.Chains = append(t.Chains, &ruleset.Chain{Name: "DOCKER-USER", Policy: "-", Rules: []ruleset.Rule{w.counted("-j RETURN")}})
	p := w.part()
	for _, c := range p.Chains {
		own := &ruleset.Chain{Name: c.Name, Policy: "-"}
		for _, r := range c.Rules {
			own.Rules = append(own.Rules, w.counted(r.Body))
		}
		t.Chains = append(t.Chains, own)
	}
	for _, j := range p.Jumps {
		c := t.Chain(j.Hook)
		for range w.IntN(3) {
			body := j.Rule.Body
			if w.IntN(5) == 0 {
				body = "-s 1.1.1.1/32 " + body // edited
			}
			c.Rules = slices.Insert(c.Rules, w.IntN(len(c.Rules)+1), w.counted(body))
		}
	}
	return t
}

// foreign is what a table holds of others, counters included.
func foreign(t *ruleset.Table) string {
	out := rulesettest.Clone(t)
	out.Chains = slices.DeleteFunc(out.Chains, func(c *ruleset.Chain) bool { return ruleset.Owned(c.Name) })
	for _, c := range out.Chains {
		c.Rules = slices.DeleteFunc(c.Rules, func(r ruleset.Rule) bool {
			return strings.Contains(r.Body, "ctplan:jump:")
		})
	}
	return out.String()
}

func TestScriptReachesWhatIsWantedAndBack(t *testing.T) {
	for seed := range uint64(1000) {
		w := &world{Rand: rand.New(rand.NewPCG(seed, 1))}
		live, want := w.live(), w.part()
		script, err := ruleset.Transition{Live: live, Want: want}.Script()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if script == "" {
			if !ruleset.Same(ruleset.Extract(live).String(), want.String()) {
				t.Fatalf("seed %d: no script, but %s is not %s", seed, ruleset.Extract(live), want)
			}
			continue
		}
		after, err := rulesettest.Restore(live, script)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s\nlive:\n%s", seed, err, script, live)
		}
		if got := ruleset.Extract(after).String(); !ruleset.Same(got, want.String()) {
			t.Fatalf("seed %d: got\n%s\nwant\n%s\nlive\n%s\nscript\n%s", seed, got, want, live, script)
		}
		if foreign(after) != foreign(live) {
			t.Fatalf("seed %d: other tools' rules changed:\n%s\nwere\n%s", seed, foreign(after), foreign(live))
		}
		if again, _ := (ruleset.Transition{Live: after, Want: want}).Script(); again != "" {
			t.Fatalf("seed %d: the second run is not empty:\n%s", seed, again)
		}
		undo(t, seed, live, after)
	}
}

// undo goes back and demands the very same table, counters included.
func undo(t *testing.T, seed uint64, live, after *ruleset.Table) {
	t.Helper()
	before, err := ruleset.ParsePart(ruleset.Extract(live).String())
	if err != nil {
		t.Fatal(err)
	}
	script, err := ruleset.Transition{Live: after, Want: before}.Script()
	if err != nil {
		t.Fatalf("seed %d: undo: %v", seed, err)
	}
	back, err := rulesettest.Restore(after, script)
	if err != nil {
		t.Fatalf("seed %d: undo: %v\n%s", seed, err, script)
	}
	if got, want := sorted(back), sorted(live); got != want {
		t.Fatalf("seed %d: undone\n%s\nwant\n%s\nfrom\n%s\nscript\n%s", seed, got, want, after, script)
	}
}

// sorted prints a table with its chains by name, since their order is not a
// property, and without the counters of jumps: of several equal jumps only
// one can keep its own.
func sorted(t *ruleset.Table) string {
	out := rulesettest.Clone(t)
	for _, c := range out.Chains {
		for i := range c.Rules {
			if strings.Contains(c.Rules[i].Body, "ctplan:jump:") {
				c.Rules[i].Counters = ruleset.Counters{}
			}
		}
	}
	slices.SortFunc(out.Chains, func(a, b *ruleset.Chain) int { return strings.Compare(a.Name, b.Name) })
	return out.String()
}

func TestRulesThatStayKeepTheirCounters(t *testing.T) {
	for seed := range uint64(500) {
		w := &world{Rand: rand.New(rand.NewPCG(seed, 2))}
		var old, next []string
		for range w.IntN(30) {
			old = append(old, fmt.Sprintf("-s 10.0.0.%d/32 -j LOG", w.IntN(200)))
		}
		next = slices.Clone(old)
		for range w.IntN(4) {
			next = slices.Insert(next, w.IntN(len(next)+1), "-s 9.9.9.9/32 -j LOG")
		}
		if len(next) > 4 {
			next = slices.Delete(next, 2, 3)
		}
		at := ruleset.Position{Word: ruleset.First}
		from, to := &ruleset.Part{Table: "filter"}, &ruleset.Part{Table: "filter"}
		from.Add("LOG", "INPUT", at, old...)
		to.Add("LOG", "INPUT", at, next...)
		script, _ := ruleset.Transition{Want: from}.Script()
		live, err := rulesettest.Restore(nil, script)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]ruleset.Counters{}
		for i := range live.Chain("CTPLAN-LOG-IN").Rules {
			r := &live.Chain("CTPLAN-LOG-IN").Rules[i]
			if _, twice := seen[r.Body]; !twice {
				*r = w.counted(r.Body)
				seen[r.Body] = r.Counters
			}
		}
		script, _ = ruleset.Transition{Live: live, Want: to}.Script()
		if script == "" {
			continue
		}
		after, err := rulesettest.Restore(live, script)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range after.Chain("CTPLAN-LOG-IN").Rules {
			if c, ok := seen[r.Body]; ok && r.Counters != c && r.Counters != (ruleset.Counters{}) {
				t.Fatalf("seed %d: %s had %s, has %s", seed, r.Body, c, r.Counters)
			}
			if strings.Contains(script, r.Body) && r.Body != "-s 9.9.9.9/32 -j LOG" {
				t.Fatalf("seed %d: an unchanged rule is touched:\n%s", seed, script)
			}
		}
	}
}

func TestOneChangedRuleIsOneEdit(t *testing.T) {
	at := ruleset.Position{Word: ruleset.First}
	var bodies []string
	for i := range 900 {
		bodies = append(bodies, fmt.Sprintf("-p udp -m udp --dport %d -j NOTRACK", i+1))
	}
	from, to := &ruleset.Part{Table: "raw"}, &ruleset.Part{Table: "raw"}
	from.Add("", "PREROUTING", at, bodies...)
	bodies[450] = "-p udp -m udp --dport 5000 -j NOTRACK"
	to.Add("", "PREROUTING", at, bodies...)
	script, _ := ruleset.Transition{Want: from}.Script()
	live, err := rulesettest.Restore(nil, script)
	if err != nil {
		t.Fatal(err)
	}
	script, err = ruleset.Transition{Live: live, Want: to}.Script()
	want := "*raw\n-D CTPLAN-PRE 451\n-I CTPLAN-PRE 451 -p udp -m udp --dport 5000 -j NOTRACK\nCOMMIT\n"
	if err != nil || script != want {
		t.Errorf("got %q, %v; want %q", script, err, want)
	}
}

func TestPositionBesideNothingIsAnError(t *testing.T) {
	part := &ruleset.Part{Table: "filter"}
	part.Add("LOG", "FORWARD", ruleset.Position{Word: ruleset.Before, Neighbour: "DOCKER-USER"}, "-j LOG")
	_, err := ruleset.Transition{Want: part}.Script()
	if want := `no rule in chain FORWARD of table filter jumps to "DOCKER-USER"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error saying %s", err, want)
	}
}
