package xtables

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// foreignRules is a ruleset of about 2 000 rules as docker, kube-proxy and
// firewalld leave behind, with counters.
func foreignRules() string {
	var b strings.Builder
	b.WriteString("*filter\n:INPUT DROP [5:500]\n:FORWARD ACCEPT [7:700]\n:OUTPUT ACCEPT [9:900]\n:DOCKER-USER - [0:0]\n:KUBE-SERVICES - [0:0]\n:INPUT_ZONES - [0:0]\n")
	b.WriteString("[1:10] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n[2:20] -A INPUT -i lo -j ACCEPT\n[3:30] -A INPUT -j INPUT_ZONES\n[4:40] -A INPUT -j REJECT --reject-with icmp-host-prohibited\n")
	b.WriteString("[5:50] -A FORWARD -j DOCKER-USER\n[6:60] -A FORWARD -m comment --comment \"kubernetes forwarding rules\" -j KUBE-SERVICES\n[7:70] -A DOCKER-USER -j RETURN\n")
	for i := range 1900 {
		fmt.Fprintf(&b, "[%d:%d] -A KUBE-SERVICES -d 10.%d.%d.1/32 -p tcp -m comment --comment \"ns/svc-%d:http cluster IP\" -m tcp --dport 80 -j ACCEPT\n", i, i*60, i/250, i%250, i)
	}
	b.WriteString("COMMIT\n*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n")
	for i := range 100 {
		fmt.Fprintf(&b, "[%d:%d] -A PREROUTING -d 172.17.0.%d/32 ! -i docker0 -j DROP\n", i, i, i)
	}
	b.WriteString("COMMIT\n")
	return b.String()
}

func TestForeignRulesAndTheirCountersStay(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		do(t, m.h, foreignRules(), "iptables-"+string(m.backend)+"-restore", "--counters")
		do(t, m.h, "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n*raw\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n", "ip6tables-"+string(m.backend)+"-restore")
		before := steady(m)
		verdict := resource("log_rule", "drops", values{"chains": strs("INPUT"), "position": str("before_verdict"), "prefix": str("input_drop: ")})
		docker := resource("log_rule", "docker", values{"chains": strs("FORWARD"), "position": cty.ObjectVal(values{"after": str("DOCKER-USER")}), "families": strs("ipv4")})
		kube := resource("log_rule", "kube", values{"chains": strs("FORWARD"), "position": cty.ObjectVal(values{"before": str("kubernetes forwarding rules")}), "families": strs("ipv4")})
		m.apply(dns(), resets(), verdict, docker, kube)
		m.clean(dns(), resets(), verdict, docker, kube)
		order := chainOrder(t, m.h, "iptables-"+string(m.backend), "INPUT")
		if want := "CTPLAN-LOG-IN ACCEPT ACCEPT INPUT_ZONES CTPLAN-LOG-IN-END REJECT"; order != want {
			t.Errorf("INPUT: %s, want %s", order, want)
		}
		order = chainOrder(t, m.h, "iptables-"+string(m.backend), "FORWARD")
		if !strings.HasPrefix(order, "DOCKER-USER CTPLAN-LOG-FWD-") || !strings.HasSuffix(order, " KUBE-SERVICES") {
			t.Errorf("FORWARD: %s", order)
		}
		m.apply(verdict)
		m.apply()
		if after := steady(m); after != before {
			t.Errorf("after destroy the listing differs by:\n%s", differing(before, after))
		}
	})
}

var policy = regexp.MustCompile(`(?m)^(:\S+ (?:ACCEPT|DROP)) .*$`)

// steady is the listing of everything that must not change. The counters of
// policies are left out on legacy: iptables-legacy 1.8.9 sets all of a table
// to zero whenever any program changes any rule of it.
func steady(m *machine) string {
	out := listed(m.t, m.h)
	if m.backend == Legacy {
		out = policy.ReplaceAllString(out, "$1")
	}
	return out
}

// chainOrder is the targets of a chain's rules.
func chainOrder(t *testing.T, h host.Host, program, chain string) string {
	var out []string
	for line := range strings.Lines(do(t, h, "", program, "-S", chain)) {
		if strings.HasPrefix(line, "-A ") {
			out = append(out, ruleset.Target(strings.TrimSpace(line)))
		}
	}
	return strings.Join(out, " ")
}

func differing(a, b string) string {
	x, y := map[string]int{}, map[string]int{}
	for line := range strings.Lines(a) {
		x[line]++
	}
	for line := range strings.Lines(b) {
		y[line]++
	}
	var out strings.Builder
	for line, n := range x {
		if y[line] != n {
			out.WriteString("- " + line)
		}
	}
	for line, n := range y {
		if x[line] != n {
			out.WriteString("+ " + line)
		}
	}
	return out.String()
}

// A second program adds and removes rules of its own all the while, at the
// top of the very chains that ctplan hooks into.
func TestAnotherProgramAtWork(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		do(t, m.h, foreignRules(), "iptables-"+string(m.backend)+"-restore", "--counters")
		var done sync.WaitGroup
		done.Add(1)
		quit := make(chan struct{})
		added, failed := 0, ""
		go func() {
			defer done.Done()
			for n := 0; ; n++ {
				select {
				case <-quit:
					return
				default:
				}
				for _, table := range []string{"raw", "filter"} {
					hook := map[string]string{"raw": "PREROUTING", "filter": "INPUT"}[table]
					args := []string{"iptables-" + string(m.backend), "-w", "10", "-t", table}
					for _, more := range [][]string{
						{"-I", hook, "1", "-s", fmt.Sprintf("192.0.2.%d", n%250), "-j", "ACCEPT"},
						{"-A", hook, "-s", fmt.Sprintf("198.51.100.%d", n%250), "-j", "ACCEPT"},
						{"-D", hook, "-s", fmt.Sprintf("192.0.2.%d", n%250), "-j", "ACCEPT"},
					} {
						res, err := m.h.Run(context.Background(), host.Command{Argv: append(args[:len(args):len(args)], more...)})
						if err != nil || res.ExitCode != 0 {
							failed = fmt.Sprint(more, err, string(res.Stderr))
							return
						}
					}
				}
				added++
				time.Sleep(50 * time.Millisecond) // a listing takes as long, and starts anew after every change
			}
		}()
		want := resource("log_rule", "new", values{"chains": strs("INPUT"), "ctstate": str("NEW"), "families": strs("ipv4")})
		for round := range 6 {
			mark := resource("notrack", "mark", values{"mark": cty.NumberIntVal(int64(round)), "chains": strs("PREROUTING"), "families": strs("ipv4"), "position": positionOf(round)})
			writeOnly(m, want, mark)
		}
		close(quit)
		done.Wait()
		if failed != "" {
			t.Fatal("the other program failed: ", failed)
		}
		// What is ours is there once, and everything of the other program is.
		final := resource("notrack", "mark", values{"mark": cty.NumberIntVal(5), "chains": strs("PREROUTING"), "families": strs("ipv4"), "position": positionOf(5)})
		m.apply(want, final)
		m.clean(want, final)
		saved := do(t, m.h, "", "iptables-"+string(m.backend)+"-save")
		if n := strings.Count(saved, "-j CTPLAN-PRE"); n != 1 {
			t.Errorf("%d jumps to CTPLAN-PRE*, want 1\n", n)
		}
		if n := strings.Count(saved, "-s 198.51.100."); n != 2*added {
			t.Errorf("the other program added %d rules, %d are there", 2*added, n)
		}
		if added == 0 {
			t.Error("the other program did nothing")
		}
		t.Logf("the other program added %d rules meanwhile", 2*added)
	})
}

func positionOf(round int) cty.Value {
	return str([]string{"first", "last"}[round%2])
}

// writeOnly applies without the demand that a moment later everything is in
// its place: another program may disturb that at any time.
func writeOnly(m *machine, resources ...*schema.Resource) {
	m.t.Helper()
	answer := m.propose(resources...)
	for name, goal := range m.goals(answer) {
		if err := Write(context.Background(), m.h, name, m.read(name), goal); err != nil {
			m.t.Fatalf("write %s: %v", name, err)
		}
	}
}

func TestHiddenTablesAreExplained(t *testing.T) {
	h := liveNetns(t)
	m := newMachine(t, h, NFT)
	m.apply(dns())
	do(t, h, "", "nft", "add chain ip raw native { type filter hook prerouting priority -310; }")
	do(t, h, "", "nft", "add rule ip raw native notrack")
	m.clean(dns()) // chain by chain, ctplan's own part is still readable
	do(t, h, "", "nft", "add rule ip raw PREROUTING notrack")
	_, err := Read(context.Background(), h, "nft/ipv4/raw")
	var hidden *HiddenError
	if !errors.As(err, &hidden) || hidden.Chain != "PREROUTING" || !strings.Contains(err.Error(), "nft -a list table ip raw") {
		t.Errorf("got %v", err)
	}
}

func TestTheHolderOfTheLockIsNamed(t *testing.T) {
	h := liveNetns(t)
	target := Target{Legacy, packet.IPv4, "raw"}
	holder := exec.Command("flock", lockFile, "sleep", "15")
	holder.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := holder.Start(); err != nil {
		t.Skip("this test needs flock(1)")
	}
	defer func() {
		_ = syscall.Kill(-holder.Process.Pid, syscall.SIGKILL)
		_ = holder.Wait()
	}()
	time.Sleep(200 * time.Millisecond)
	err := target.restoreWithin(context.Background(), h, "*raw\n:CTPLAN-PRE - -\nCOMMIT\n", "1")
	var lock *LockError
	if !errors.As(err, &lock) || !strings.Contains(lock.Holder, "pid ") {
		t.Errorf("got %v", err)
	}
}
