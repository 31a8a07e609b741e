package ruleset_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ctplan/ctplan/planner/ruleset"
)

func TestEveryKindOfDriftIsTold(t *testing.T) {
	part := &ruleset.Part{Table: "filter"}
	a, b, c := `-s 10.0.0.1/32 -m comment --comment "ctplan:log_rule.a" -j LOG`, `-s 10.0.0.2/32 -m comment --comment "ctplan:log_rule.b" -j LOG`, `-s 10.0.0.3/32 -m comment --comment "ctplan:log_rule.c" -j LOG`
	part.Add("LOG", "INPUT", first, a, b, c)
	applied := part.String()
	jump := ruleset.JumpBody("INPUT", first, "CTPLAN-LOG-IN")
	live := func(input, own []string, chains ...string) string {
		text := "*filter\n:INPUT ACCEPT [0:0]\n"
		for _, c := range chains {
			text += ":" + c + " - [0:0]\n"
		}
		for _, r := range input {
			text += "-A INPUT " + r + "\n"
		}
		for _, r := range own {
			text += "-A CTPLAN-LOG-IN " + r + "\n"
		}
		tables, err := ruleset.Parse(text + "COMMIT\n")
		if err != nil {
			t.Fatal(err)
		}
		return ruleset.Extract(tables[0]).String()
	}
	rules := []string{a, b, c}
	const own = "CTPLAN-LOG-IN"
	edited := strings.Replace(b, "10.0.0.2", "10.9.9.9", 1)
	for name, x := range map[string]struct {
		live string
		want string
	}{
		"nothing":         {live([]string{jump, "-j ACCEPT"}, rules, own), ""},
		"jump missing":    {live([]string{"-j ACCEPT"}, rules, own), "jump-missing"},
		"jump moved":      {live([]string{"-j ACCEPT", jump}, rules, own), "jump-moved"},
		"jump twice":      {live([]string{jump, "-j ACCEPT", jump}, rules, own), "jump-duplicated"},
		"jump edited":     {live([]string{"-i lo " + jump}, rules, own), "jump-missing jump-edited"},
		"foreign jump":    {live([]string{jump, "-j " + own}, rules, own), "jump-edited"},
		"chain flushed":   {live([]string{jump}, nil, own), "chain-flushed"},
		"chain gone":      {live(nil, nil), "jump-missing chain-missing"},
		"chain added":     {live([]string{jump}, rules, own, "CTPLAN-X"), "chain-added"},
		"rule deleted":    {live([]string{jump}, []string{a, c}, own), "rule-deleted"},
		"rule added":      {live([]string{jump}, []string{a, b, "-j DROP", c}, own), "rule-added"},
		"rule edited":     {live([]string{jump}, []string{a, edited, c}, own), "rule-edited"},
		"rule moved":      {live([]string{jump}, []string{c, a, b}, own), "rule-moved"},
		"rule duplicated": {live([]string{jump}, []string{a, a, b, c}, own), "rule-added"},
	} {
		got, err := ruleset.Deviations(x.live, applied)
		if err != nil {
			t.Fatal(err)
		}
		var classes []string
		for _, d := range got {
			classes = append(classes, string(d.Class))
			if line := d.String(); line == "" || strings.Contains(line, "\n") {
				t.Errorf("%s: %q is not one line", name, line)
			}
		}
		if strings.Join(classes, " ") != x.want {
			t.Errorf("%s: got %v, want %s", name, got, x.want)
		}
		if (len(got) == 0) != ruleset.Same(x.live, applied) {
			t.Errorf("%s: deviations and Same disagree", name)
		}
	}
}

func TestHoldsIsAboutOneResource(t *testing.T) {
	one, two := &ruleset.Part{Table: "filter"}, &ruleset.Part{Table: "filter"}
	one.Add("LOG", "INPUT", first, `-s 10.0.0.1/32 -m comment --comment "ctplan:log_rule.a" -j LOG`, `-s 10.0.0.2/32 -m comment --comment "ctplan:log_rule.a" -j LOG`)
	two.Add("LOG", "INPUT", first, `-s 10.0.0.3/32 -m comment --comment "ctplan:log_rule.b" -j LOG`)
	whole, err := ruleset.Compose([]string{one.String(), two.String()})
	if err != nil {
		t.Fatal(err)
	}
	if !holds(whole, one.String()) || !holds(whole, two.String()) || holds("", one.String()) {
		t.Error("the whole does not hold its contributions")
	}
	if holds(strings.Replace(whole, "10.0.0.2/32", "10.0.0.9/32", 1), one.String()) {
		t.Error("an edited rule goes unnoticed")
	}
	doubled := strings.Replace(whole, "COMMIT", "-A CTPLAN-LOG-IN -s 10.0.0.1/32 -m comment --comment \"ctplan:log_rule.a\" -j LOG\nCOMMIT", 1)
	if holds(doubled, one.String()) || !holds(doubled, two.String()) {
		t.Error("a duplicate is not told, or told of the wrong resource")
	}
	if holds(strings.Replace(whole, "-A INPUT", "-I INPUT 4", 1), one.String()) {
		t.Error("a moved jump goes unnoticed")
	}
	if got := ruleset.Rules(one.String()); len(got) != 2 || got[0] != "INPUT -s 10.0.0.1/32 -j LOG" {
		t.Errorf("rules for people: %q", got)
	}
}

func holds(live, contribution string) bool {
	have, want := &ruleset.Part{}, &ruleset.Part{}
	for text, p := range map[string]*ruleset.Part{live: have, contribution: want} {
		if text == "" {
			continue
		}
		read, err := ruleset.ParsePart(text)
		if err != nil {
			return false
		}
		*p = *read
	}
	return have.Holds(want)
}

// Few and many rules of one resource are looked up in different ways.
func TestHoldsForFewAndManyRules(t *testing.T) {
	for _, n := range []int{2, 200} {
		var bodies []string
		for i := range n {
			bodies = append(bodies, fmt.Sprintf("-s 10.0.0.%d/32 -m comment --comment \"ctplan:notrack.a x%d\" -j NOTRACK", i, i%2))
		}
		part := func(bodies ...string) *ruleset.Part {
			p := &ruleset.Part{Table: "raw"}
			p.Add("", "PREROUTING", ruleset.Position{Word: ruleset.First}, bodies...)
			return p
		}
		want := part(bodies...)
		stranger := "-m comment --comment ctplan:notrack.b -j NOTRACK"
		turned := slices.Clone(bodies)
		slices.Reverse(turned)
		for name, tc := range map[string]struct {
			live  []string
			holds bool
		}{
			"the same":          {bodies, true},
			"another's between": {slices.Insert(slices.Clone(bodies), 1, stranger), true},
			"one is missing":    {bodies[1:], false},
			"one is doubled":    {append(slices.Clone(bodies), bodies[0]), false},
			"the order differs": {turned, false},
			"one was edited":    {append(slices.Clone(bodies[1:]), strings.Replace(bodies[0], "10.0.0.0", "10.9.9.9", 1)), false},
		} {
			if got := part(tc.live...).Holds(want); got != tc.holds {
				t.Errorf("%d rules, %s: holds is %t", n, name, got)
			}
		}
	}
}
