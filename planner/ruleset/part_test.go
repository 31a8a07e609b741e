package ruleset_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ctplan/ctplan/planner/ruleset"
)

var first = ruleset.Position{Word: ruleset.First}

func TestCountersAndNotesDoNotCount(t *testing.T) {
	tables, err := ruleset.Parse(saved)
	if err != nil {
		t.Fatal(err)
	}
	live := ruleset.Extract(tables[0]).String()
	want := `*raw
:CTPLAN-PRE - [0:0]
-A PREROUTING -m comment --comment "ctplan:jump:PREROUTING:first" -j CTPLAN-PRE
-A CTPLAN-PRE -p udp -m udp --dport 53 -m comment --comment "ctplan:notrack.dns[\"udp\"]" -j NOTRACK
-A CTPLAN-PRE -m comment --comment "a
b" -j CT --notrack
COMMIT
`
	if !ruleset.Same(live, want) {
		t.Errorf("live\n%s is not\n%s", live, want)
	}
	if !strings.Contains(live, "# PREROUTING: rule 1 of 1 calls CTPLAN-PRE\n") {
		t.Errorf("the note is missing:\n%s", live)
	}
	if ruleset.Same(live, strings.Replace(want, "53", "54", 1)) || ruleset.Same(live, "") {
		t.Error("a different rule is the same")
	}
	if !ruleset.Same("", "# a note\n*raw\nCOMMIT\n") {
		t.Error("an empty part is not the same as none")
	}
}

func TestDriftOfJumpsCounts(t *testing.T) {
	part := &ruleset.Part{Table: "filter"}
	part.Add("LOG", "INPUT", first, "-j LOG")
	jump := ruleset.JumpBody("INPUT", first, "CTPLAN-LOG-IN")
	listing := func(rules ...string) string {
		text := "*filter\n:INPUT ACCEPT [0:0]\n:CTPLAN-LOG-IN - [0:0]\n"
		for _, r := range rules {
			text += "-A INPUT " + r + "\n"
		}
		tables, err := ruleset.Parse(text + "-A CTPLAN-LOG-IN -j LOG\nCOMMIT\n")
		if err != nil {
			t.Fatal(err)
		}
		return ruleset.Extract(tables[0]).String()
	}
	for name, c := range map[string]struct {
		live string
		same bool
		line string
	}{
		"in place":   {listing(jump, "-j ACCEPT"), true, "-A INPUT " + jump},
		"moved":      {listing("-j ACCEPT", jump), false, "-I INPUT 2 " + jump},
		"missing":    {listing("-j ACCEPT"), false, "*filter"},
		"duplicated": {listing(jump, jump), false, "-I INPUT 2 " + jump},
		"edited":     {listing("-i lo " + jump), false, "-I INPUT 1 -i lo " + jump},
		"untagged":   {listing("-j CTPLAN-LOG-IN"), false, "-I INPUT 1 -j CTPLAN-LOG-IN"},
	} {
		if ruleset.Same(c.live, part.String()) != c.same || !strings.Contains(c.live, c.line+"\n") {
			t.Errorf("%s: same should be %v, with the line %s:\n%s", name, c.same, c.line, c.live)
		}
	}
}

func TestPositions(t *testing.T) {
	rules := []string{"-j DOCKER-USER", `-m comment --comment "my rule" -j ACCEPT`, "-i lo -j DROP", "-j DROP"}
	for _, c := range []struct {
		position string
		places   string // numbers at which the jump is in place, of 1 to 5
	}{
		{"first", "1"}, {"last", "5"}, {"before_verdict", "4"}, {"before=DOCKER-USER", "1"}, {"after=DOCKER-USER", "2345"},
		{"before=my rule", "12"}, {"after=my rule", "345"}, {"before=nobody", ""},
	} {
		at, ok := ruleset.ParsePosition(c.position)
		if !ok || at.String() != c.position {
			t.Fatalf("%s is read as %v", c.position, at)
		}
		jump := ruleset.JumpBody("INPUT", at, ruleset.ChainName("LOG", "INPUT", at))
		places := ""
		for n := 1; n <= 5; n++ {
			text := "*filter\n:INPUT ACCEPT [0:0]\n"
			for i := range 5 {
				switch {
				case i == n-1:
					text += "-A INPUT " + jump + "\n"
				case i < n:
					text += "-A INPUT " + rules[i] + "\n"
				default:
					text += "-A INPUT " + rules[i-1] + "\n"
				}
			}
			tables, err := ruleset.Parse(text + "COMMIT\n")
			if err != nil {
				t.Fatal(err)
			}
			if ruleset.Extract(tables[0]).Jumps[0].Number == 0 {
				places += fmt.Sprint(n)
			}
		}
		if places != c.places {
			t.Errorf("%s is in place at %q, want %q", c.position, places, c.places)
		}
	}
}

func TestComposeMergesInOrderAndSplitsLongChains(t *testing.T) {
	var contributions []string
	for r := range 3 {
		p := &ruleset.Part{Table: "raw"}
		var bodies []string
		for i := range 700 {
			bodies = append(bodies, fmt.Sprintf("-p udp -m udp --dport %d -m comment --comment \"ctplan:notrack.r%d\" -j NOTRACK", i+1, r))
		}
		p.Add("", "PREROUTING", first, bodies...)
		contributions = append(contributions, p.String())
	}
	text, err := ruleset.Compose(contributions)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ruleset.ParsePart(text)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []string
	var order []string
	for _, c := range p.Chains {
		sizes = append(sizes, fmt.Sprintf("%s:%d", c.Name, len(c.Rules)))
		if strings.Contains(c.Name, "PRE-") {
			for _, r := range c.Rules {
				order = append(order, ruleset.Comment(r.Body))
			}
		}
	}
	if got, want := strings.Join(sizes, " "), "CTPLAN-PRE:3 CTPLAN-PRE-01:1000 CTPLAN-PRE-02:1000 CTPLAN-PRE-03:100"; got != want {
		t.Errorf("chains %s, want %s", got, want)
	}
	if len(p.Jumps) != 1 {
		t.Errorf("%d jumps, want 1", len(p.Jumps))
	}
	if order[699] != "ctplan:notrack.r0" || order[700] != "ctplan:notrack.r1" || order[2099] != "ctplan:notrack.r2" {
		t.Error("the order of the resources is lost")
	}
	if _, err := ruleset.Compose([]string{"*raw\nCOMMIT\n", "*filter\nCOMMIT\n"}); err == nil {
		t.Error("contributions to two tables were composed")
	}
	if text, err := ruleset.Compose(nil); err != nil || !ruleset.Same(text, "") {
		t.Errorf("nothing composes to %q, %v", text, err)
	}
}

func TestChainNamesFit(t *testing.T) {
	seen := map[string]string{}
	for _, purpose := range []string{"", "LOG"} {
		for _, hook := range []string{"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"} {
			for _, at := range []string{"first", "last", "before_verdict", "before=X", "after=X", "after=Y"} {
				p, _ := ruleset.ParsePosition(at)
				name := ruleset.ChainName(purpose, hook, p)
				if len(name)+len("-100") > 28 || seen[name] != "" {
					t.Errorf("%s for %s %s %s: too long, or the same as for %s", name, purpose, hook, at, seen[name])
				}
				seen[name] = hook + at
			}
		}
	}
}

func TestPreviewTouchesOnlyWhatChanges(t *testing.T) {
	beside := ruleset.Position{Word: ruleset.Before, Neighbour: "DOCKER-USER"}
	from, to := &ruleset.Part{Table: "filter"}, &ruleset.Part{Table: "filter"}
	from.Add("LOG", "FORWARD", beside, "-s 10.0.0.1/32 -j LOG")
	to.Add("LOG", "FORWARD", beside, "-s 10.0.0.1/32 -j LOG", "-s 10.0.0.2/32 -j LOG")
	name := ruleset.ChainName("LOG", "FORWARD", beside)
	jump := ruleset.JumpBody("FORWARD", beside, name)
	for _, c := range []struct{ before, after, want string }{
		{from.String(), from.String(), ""},
		{from.String(), to.String(), "*filter\n-A " + name + " -s 10.0.0.2/32 -j LOG\nCOMMIT\n"},
		{"", from.String(), "*filter\n:" + name + " - [0:0]\n-A " + name + " -s 10.0.0.1/32 -j LOG\n-A FORWARD " + jump + "\nCOMMIT\n"},
		{from.String(), "", "*filter\n-D FORWARD " + jump + "\n-F " + name + "\n-X " + name + "\nCOMMIT\n"},
	} {
		got, err := ruleset.Preview(c.before, c.after)
		if err != nil || got != c.want {
			t.Errorf("from\n%s to\n%s: got\n%s, %v; want\n%s", c.before, c.after, got, err, c.want)
		}
	}
}
