package boot_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/planner/apply/boot"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/providers/xtables"
)

var ctx = context.Background()

// part is what a resource contributes to a table: rules of one chain.
func part(table, purpose, hook, position string, bodies ...string) string {
	at, ok := ruleset.ParsePosition(position)
	if !ok {
		panic(position)
	}
	p := &ruleset.Part{Table: table}
	p.Add(purpose, hook, at, bodies...)
	return p.String()
}

func rules(address, target string, rank int, text string) planner.Setting {
	return planner.Setting{
		Layer: planner.Runtime, Target: planner.Target{Kind: planner.KindRules, Name: target}, Phase: planner.PhaseRules,
		Rank: rank, Attribute: "rules", Part: address, State: &planner.State{Data: text},
	}
}

const (
	notrack53 = `-p udp -m udp --dport 53 -m comment --comment "ctplan:notrack.dns" -j NOTRACK`
	notrack80 = `-p tcp -m tcp --dport 80 -m comment --comment "ctplan:notrack.web" -j NOTRACK`
	logReset  = `-p tcp -m tcp --tcp-flags RST RST -m comment --comment "ctplan:log_rule.resets" -j LOG --log-prefix "[drds] " --log-level 7`
)

// applied is a state with three resources' rules in both families, of which
// notrack.web does not persist.
func applied(backend string, declared map[string]any) planner.Managed {
	log := part("filter", "LOG", "INPUT", "last", logReset)
	return planner.Managed{Resources: map[string]planner.ManagedResource{
		"notrack.dns": {Type: "notrack", Declared: declared, Settings: []planner.Setting{
			rules("notrack.dns", backend+"/ipv4/raw", 0, part("raw", "", "PREROUTING", "first", notrack53)),
			rules("notrack.dns", backend+"/ipv6/raw", 0, part("raw", "", "PREROUTING", "first", notrack53)),
		}},
		"notrack.web": {Type: "notrack", Declared: map[string]any{"persist": false}, Settings: []planner.Setting{
			rules("notrack.web", backend+"/ipv4/raw", 0, part("raw", "", "PREROUTING", "first", notrack80)),
		}},
		"log_rule.resets": {Type: "log_rule", Declared: declared, Settings: []planner.Setting{
			rules("log_rule.resets", backend+"/ipv4/filter", 1, log),
			{Layer: planner.Boot, Target: planner.FileTarget("/etc/x"), State: planner.Content("x"), Attribute: "persist"},
		}},
	}}
}

// machine is a network namespace with the host's iptables.
func machine(t testing.TB) *host.Live {
	t.Helper()
	netns := hosttest.Netns(t)
	h, err := host.NewLive(host.LiveOptions{Netns: netns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	if _, err := h.Run(ctx, host.Command{Argv: []string{"iptables", "--version"}}); errors.Is(err, fs.ErrNotExist) {
		hosttest.Require(t, "iptables", false)
	}
	return h
}

// run runs a program that must succeed.
func run(t testing.TB, h host.Host, stdin string, argv ...string) string {
	t.Helper()
	res, err := h.Run(ctx, host.Command{Argv: argv, Stdin: []byte(stdin)})
	if err != nil || res.ExitCode != 0 {
		t.Fatalf("%v: %v, exit code %d: %s", argv, err, res.ExitCode, res.Stderr)
	}
	return string(res.Stdout)
}

// saved is the whole ruleset of both families, without comments and counters.
func saved(t testing.TB, h host.Host, backend string) string {
	t.Helper()
	var out strings.Builder
	for _, program := range []string{"iptables", "ip6tables"} {
		for line := range strings.Lines(run(t, h, "", program+"-"+backend+"-save")) {
			if line[0] != '#' {
				line, _, _ = strings.Cut(line, " [")
				out.WriteString(strings.TrimRight(line, "\n") + "\n")
			}
		}
	}
	return out.String()
}

const foreign = "*raw\n:OTHER - [0:0]\n-A PREROUTING -j OTHER\n-A OTHER -p icmp -j ACCEPT\nCOMMIT\n*filter\n-A INPUT -i lo -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n"

func backendOf(t testing.TB, h host.Host) string {
	t.Helper()
	b, _, err := xtables.Detect(ctx, h)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRestorePutsBackExactlyWhatWasApplied(t *testing.T) {
	for _, backend := range []string{"nft", "legacy"} {
		t.Run(backend, func(t *testing.T) {
			h := machine(t)
			run(t, h, foreign, "iptables-"+backend+"-restore")
			managed := applied(backend, map[string]any{"backend": backend})
			done, err := boot.Restore(ctx, h, managed)
			if err != nil {
				t.Fatal(err)
			}
			target := func(name string) planner.Target { return planner.Target{Kind: planner.KindRules, Name: backend + name} }
			want := []boot.Table{{target("/ipv4/raw"), 1, true}, {target("/ipv6/raw"), 1, true}, {target("/ipv4/filter"), 1, true}}
			if diff := cmp.Diff(want, done); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			text := saved(t, h, backend)
			order := []string{
				"-A INPUT -i lo -j ACCEPT\n-A INPUT -j DROP\n-A INPUT -m comment --comment \"ctplan:jump:INPUT:last\" -j CTPLAN-LOG-IN-LAST",
				`--log-prefix "[drds] "`,
				"-A PREROUTING -m comment --comment \"ctplan:jump:PREROUTING:first\" -j CTPLAN-PRE\n-A PREROUTING -j OTHER\n",
			}
			for _, line := range order {
				if !strings.Contains(text, line) {
					t.Errorf("there is no %q in\n%s", line, text)
				}
			}
			if n := strings.Count(text, "--dport 53"); n != 2 || strings.Contains(text, "--dport 80") {
				t.Errorf("%d rules of notrack.dns, or one that does not persist, in\n%s", n, text)
			}
			again, err := boot.Restore(ctx, h, managed)
			if err != nil || slices.ContainsFunc(again, func(t boot.Table) bool { return t.Restored }) {
				t.Errorf("the second time: %+v, %v", again, err)
			}
			if diff := cmp.Diff(text, saved(t, h, backend)); diff != "" {
				t.Errorf("the second time changed something:\n%s", diff)
			}
		})
	}
}

func TestRestoreReplacesOldRulesOfItsOwn(t *testing.T) {
	h := machine(t)
	backend := backendOf(t, h)
	old := "*raw\n:CTPLAN-PRE - [0:0]\n-A PREROUTING -m comment --comment \"ctplan:jump:PREROUTING:first\" -j CTPLAN-PRE\n" +
		"-A CTPLAN-PRE -p udp -m udp --dport 5353 -m comment --comment \"ctplan:notrack.old\" -j NOTRACK\nCOMMIT\n"
	run(t, h, old, "iptables-restore")
	if _, err := boot.Restore(ctx, h, applied(backend, nil)); err != nil {
		t.Fatal(err)
	}
	if text := saved(t, h, backend); strings.Contains(text, "5353") || strings.Count(text, "jump:PREROUTING") != 2 {
		t.Errorf("left:\n%s", text)
	}
}

func TestRestoreGivesUpBeforeTheFirstChange(t *testing.T) {
	other := map[string]string{"nft": "legacy", "legacy": "nft"}
	for name, c := range map[string]struct {
		backend func(string) string
		prepare func(testing.TB, host.Host)
		change  func(planner.Managed)
		is      func(error) bool
	}{
		"another backend": {
			backend: func(b string) string { return other[b] },
			is:      func(err error) bool { var e *boot.BackendError; return errors.As(err, &e) },
		},
		"a neighbour that is not there": {
			change: func(m planner.Managed) {
				s := &m.Resources["log_rule.resets"].Settings[0]
				s.State = &planner.State{Data: part("filter", "LOG", "INPUT", "before=DOCKER-USER", logReset)}
			},
			is: func(err error) bool { var e *ruleset.NeighbourError; return errors.As(err, &e) },
		},
		"a state that is no rules": {
			change: func(m planner.Managed) {
				m.Resources["notrack.dns"].Settings[1].State = &planner.State{Data: "*raw\n-A PREROUTING -j DROP\n"}
			},
			is: func(err error) bool { var e *ruleset.TruncatedError; return errors.As(err, &e) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := machine(t)
			own := backendOf(t, h)
			backend := own
			if c.backend != nil {
				backend = c.backend(own)
			}
			run(t, h, foreign, "iptables-restore")
			before := saved(t, h, own)
			managed := applied(backend, nil)
			if c.change != nil {
				c.change(managed)
			}
			_, err := boot.Restore(ctx, h, managed)
			if !c.is(err) {
				t.Errorf("%v", err)
			}
			if diff := cmp.Diff(before, saved(t, h, own)); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
		})
	}
}

func TestUnreadableTableIsInTheWay(t *testing.T) {
	h := machine(t)
	if backendOf(t, h) != "nft" {
		hosttest.Require(t, "iptables-nft as the host's iptables", false)
	}
	if _, err := h.Run(ctx, host.Command{Argv: []string{"nft", "--version"}}); err != nil {
		hosttest.Require(t, "nft", false)
	}
	run(t, h, foreign, "iptables-restore")
	run(t, h, "", "nft", "add", "rule", "ip", "raw", "PREROUTING", "udp", "dport", "99", "notrack")
	before := run(t, h, "", "nft", "-s", "list", "ruleset")
	_, err := boot.Restore(ctx, h, applied("nft", nil))
	var hidden *xtables.HiddenError
	if !errors.As(err, &hidden) {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff(before, run(t, h, "", "nft", "-s", "list", "ruleset")); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

// TestFailureInTheMiddleLeavesNothing lets each call that changes something
// fail in turn, with and without an effect.
func TestFailureInTheMiddleLeavesNothing(t *testing.T) {
	h := machine(t)
	backend := backendOf(t, h)
	before := saved(t, h, backend)
	failed := 0
	for _, kind := range []host.FaultKind{host.Fail, host.FailAfter} {
		for call := 1; ; call++ {
			faulty := host.NewFaulty(h, host.Fault{Kind: kind, Call: call, Err: syscall.EIO})
			_, err := boot.Restore(ctx, faulty, applied(backend, nil))
			if err == nil {
				if err := clear(h, backend); err != nil {
					t.Fatal(err)
				}
				break
			}
			failed++
			var rolledBack *apply.RolledBackError
			if !errors.Is(err, syscall.EIO) {
				t.Errorf("%s %d: %v", kind, call, err)
			}
			var incomplete *apply.IncompleteError
			if errors.As(err, &incomplete) {
				t.Errorf("%s %d: incomplete: %v", kind, call, err)
			}
			if diff := cmp.Diff(before, saved(t, h, backend)); diff != "" {
				t.Fatalf("%s %d: something is left (rolled back: %v):\n%s", kind, call, errors.As(err, &rolledBack), diff)
			}
		}
	}
	if failed < 6 {
		t.Errorf("only %d calls failed", failed)
	}
}

// clear takes all rules of ctplan's back out.
func clear(h host.Host, backend string) error {
	for _, table := range []string{"/ipv4/raw", "/ipv6/raw", "/ipv4/filter"} {
		live, err := xtables.Read(ctx, h, backend+table)
		if err == nil {
			err = xtables.Write(ctx, h, backend+table, live, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func TestNothingOwnedIsNothingToDo(t *testing.T) {
	h := host.NewFake(planner.Facts{}) // has no iptables: asking for it would fail
	for name, managed := range map[string]planner.Managed{
		"an empty state":  {},
		"no rules":        {Resources: map[string]planner.ManagedResource{"sysctl.a": {Settings: []planner.Setting{{Target: planner.Sysctl("a")}}}}},
		"none to persist": {Resources: map[string]planner.ManagedResource{"notrack.web": applied("nft", nil).Resources["notrack.web"]}},
	} {
		if done, err := boot.Restore(ctx, h, managed); err != nil || len(done) != 0 {
			t.Errorf("%s: %v, %v", name, done, err)
		}
	}
}
