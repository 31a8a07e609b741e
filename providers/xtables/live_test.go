package xtables

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// sources is a notrack block with one rule for each of some addresses.
func sources(n ...int64) *schema.Resource {
	var list []string
	for _, i := range n {
		list = append(list, fmt.Sprintf("10.%d.%d.1", i/250, i%250))
	}
	return resource("notrack", "marks", values{"source": strs(list...), "chains": strs("PREROUTING")})
}

func TestCountersOfUnchangedRulesSurvive(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		m.apply(sources(1, 2, 3, 4))
		count := func(source string, packets int) {
			t.Helper()
			chain := must(Target{m.backend, packet.IPv4, "raw"}.chain(context.Background(), m.h, "CTPLAN-PRE"))
			for _, r := range chain.Rules {
				if strings.Contains(r.Body, source) {
					if r.Counters.Packets != uint64(packets) {
						t.Errorf("%s counts %d packets, want %d", source, r.Counters.Packets, packets)
					}
					return
				}
			}
			t.Errorf("no rule for %s", source)
		}
		// Counters come by restoring the same rules with numbers.
		saved := do(t, m.h, "", "iptables-"+string(m.backend)+"-save", "-c", "-t", "raw")
		for i := range 5 {
			source := fmt.Sprintf("10.0.%d.1", i)
			saved = strings.Replace(saved, "[0:0] -A CTPLAN-PRE -s "+source, fmt.Sprintf("[%d:%d] -A CTPLAN-PRE -s %s", i*11, i*1000, source), 1)
		}
		do(t, m.h, saved, "iptables-"+string(m.backend)+"-restore", "--counters")
		m.apply(sources(1, 9, 4, 3))
		count("10.0.1.1", 11) // stays
		count("10.0.9.1", 0)  // new
		count("10.0.3.1", 33) // stays or moves: its counters come along
		count("10.0.4.1", 44)

		// An undo brings back the counters of what was removed.
		name := string(m.backend) + "/ipv4/raw"
		before := m.read(name)
		goal := &planner.State{Data: "*raw\nCOMMIT\n"}
		if err := Write(context.Background(), m.h, name, before, goal); err != nil {
			t.Fatal(err)
		}
		if err := Write(context.Background(), m.h, name, goal, before); err != nil {
			t.Fatal(err)
		}
		if after := m.read(name); text(after) != text(before) {
			t.Errorf("undone:\n%s\nwant\n%s", text(after), text(before))
		}
	})
}

func TestDriftOnTheHostIsFoundAndRepaired(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		program := "iptables-" + string(m.backend)
		applied := []*schema.Resource{sources(1, 2, 3)}
		m.apply(applied...)
		name := string(m.backend) + "/ipv4/raw"
		goal := m.read(name)
		jump := []string{"-m", "comment", "--comment", "ctplan:jump:PREROUTING:first", "-j", "CTPLAN-PRE"}
		for class, change := range map[ruleset.Class][][]string{
			ruleset.JumpMissing:    {append([]string{"-D", "PREROUTING"}, jump...)},
			ruleset.JumpMoved:      {{"-I", "PREROUTING", "1", "-s", "192.0.2.1", "-j", "ACCEPT"}},
			ruleset.JumpDuplicated: {append([]string{"-A", "PREROUTING"}, jump...)},
			ruleset.JumpEdited:     {append([]string{"-A", "PREROUTING", "-i", "lo"}, jump...)},
			ruleset.ChainFlushed:   {{"-F", "CTPLAN-PRE"}},
			ruleset.ChainAdded:     {{"-N", "CTPLAN-MINE"}},
			ruleset.RuleDeleted:    {{"-D", "CTPLAN-PRE", "2"}},
			ruleset.RuleAdded:      {{"-I", "CTPLAN-PRE", "2", "-p", "tcp", "-j", "DROP"}},
			ruleset.RuleEdited:     {{"-R", "CTPLAN-PRE", "2", "-s", "172.16.0.1", "-m", "comment", "--comment", "ctplan:notrack.marks", "-j", "NOTRACK"}},
			ruleset.RuleMoved:      {{"-D", "CTPLAN-PRE", "1"}, {"-A", "CTPLAN-PRE", "-s", "10.0.1.1", "-m", "comment", "--comment", "ctplan:notrack.marks", "-j", "NOTRACK"}},
		} {
			for _, args := range change {
				do(t, m.h, "", append([]string{program, "-w", "5", "-t", "raw"}, args...)...)
			}
			found, err := ruleset.Deviations(text(m.read(name)), text(goal))
			if err != nil || len(found) == 0 || found[0].Class != class {
				t.Errorf("%s: found %v, %v", class, found, err)
			}
			m.apply(applied...)
			m.clean(applied...)
			if class == ruleset.JumpMoved {
				do(t, m.h, "", program, "-w", "5", "-t", "raw", "-D", "PREROUTING", "-s", "192.0.2.1", "-j", "ACCEPT")
			}
		}
	})
}

// A fault at any call leaves a table either as it was or as it should be,
// and a second try from there arrives.
func TestFaultsLeaveOldOrNew(t *testing.T) {
	kinds := []host.FaultKind{host.Fail, host.FailAfter, host.KillBefore, host.KillDuring, host.KillAfter}
	eachBackend(t, func(t *testing.T, m *machine) {
		m.apply(sources(1, 2, 3))
		name := string(m.backend) + "/ipv4/raw"
		old := m.read(name)
		next := m.goals(m.propose(sources(2, 4)))[name]
		for _, kind := range kinds {
			for call := 1; call <= 6; call++ {
				faulty := host.NewFaulty(m.h, host.Fault{Kind: kind, Call: call, Err: syscall.EIO})
				faulty.Kill = host.InProcess
				err := interrupted(func() error { return Write(context.Background(), faulty, name, m.read(name), next) })
				now := m.read(name)
				if !same(now, old) && !same(now, next) {
					t.Fatalf("%s at call %d: neither old nor new:\n%s", kind, call, text(now))
				}
				if err == nil && !same(now, next) {
					t.Fatalf("%s at call %d: no error, and not done", kind, call)
				}
				for _, goal := range []*planner.State{next, old} {
					if err := Write(context.Background(), m.h, name, m.read(name), goal); err != nil {
						t.Fatal(err)
					}
				}
				if !same(m.read(name), old) {
					t.Fatalf("%s at call %d: not undone", kind, call)
				}
			}
		}
	})
}

func interrupted(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			cause, ok := r.(error)
			if !ok || !errors.Is(cause, host.ErrKilled) {
				panic(r)
			}
			err = cause
		}
	}()
	return f()
}

func TestNamesThatTryToBreakOutArePreserved(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		for _, s := range []string{
			`"`, `\`, `'`, `\"`, `" -j ACCEPT "`, `"; COMMIT`, "COMMIT", "$(reboot)", "`x`", "a\\", `\\`, "-j DROP", "ünï → 日本", "*filter", "# no comment", "!", "%s%n",
		} {
			odd := resource("log_rule", "odd", values{"chains": strs("INPUT"), "prefix": str(s), "comment": str(s + s)})
			odd.Address = `log_rule.odd["` + s + `"]`
			m.apply(odd)
			m.clean(odd)
			part := must(ruleset.ParsePart(text(m.read(string(m.backend) + "/ipv4/filter"))))
			if got, want := ruleset.Comment(part.Chains[0].Rules[0].Body), schema.RuleComment(odd.Address, s+s); got != want {
				t.Errorf("comment %q, want %q", got, want)
			}
			if !strings.HasSuffix(part.Chains[0].Rules[0].Body, "--log-prefix "+ruleset.Quote(s)) {
				t.Errorf("prefix %q: %s", s, part.Chains[0].Rules[0].Body)
			}
		}
		m.apply()
	})
}

func TestLongListsAreSplitAndComeTogether(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		var many []int64
		for i := range 2500 {
			many = append(many, int64(i))
		}
		m.apply(sources(many...))
		m.clean(sources(many...))
		saved := do(t, m.h, "", "iptables-"+string(m.backend)+"-save", "-t", "raw")
		if n := strings.Count(saved, "-j NOTRACK"); n != 2500 || !strings.Contains(saved, "-A CTPLAN-PRE -j CTPLAN-PRE-03\n") {
			t.Errorf("%d rules, want 2500 in three pieces", n)
		}
		m.apply(sources(many[500:1400]...))
		m.clean(sources(many[500:1400]...))
		if saved := do(t, m.h, "", "iptables-"+string(m.backend)+"-save", "-t", "raw"); strings.Contains(saved, "CTPLAN-PRE-") {
			t.Errorf("pieces are left:\n%s", saved)
		}
	})
}

func TestEveryPositionAndTable(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		var all []*schema.Resource
		for table, hooks := range schema.HooksOf {
			if table == "security" {
				continue
			}
			for _, at := range []string{"first", "last", "before_verdict"} {
				all = append(all, resource("log_rule", table+at, values{"table": str(table), "chains": strs(hooks...), "position": str(at), "prefix": str("x: ")}))
			}
		}
		before := listed(t, m.h)
		m.apply(all...)
		m.clean(all...)
		m.apply()
		if after := listed(t, m.h); m.backend == NFT && after != before {
			t.Errorf("after destroy:\n%s", after)
		}
	})
}
