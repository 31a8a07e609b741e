package xtables

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// values are attributes as people write them.
type values = map[string]cty.Value

func str(s string) cty.Value { return cty.StringVal(s) }

func strs(list ...string) cty.Value {
	out := make([]cty.Value, len(list))
	for i, s := range list {
		out[i] = cty.StringVal(s)
	}
	return cty.ListVal(out)
}

// resource makes a block; typ is "notrack" or "log_rule".
func resource(typ, name string, v values) *schema.Resource {
	r := &schema.Resource{Address: typ + "." + name, Type: typ, Name: name, Attrs: map[string]schema.Attr{}}
	for name, value := range v {
		r.Attrs[name] = schema.Attr{Value: value}
	}
	return r
}

// machine plays the part of planner and apply: it proposes, composes, writes
// and remembers.
type machine struct {
	t         testing.TB
	h         host.Host
	backend   Backend
	managed   planner.Managed
	originals map[string]*planner.State
	runs      int
}

func newMachine(t testing.TB, h host.Host, b Backend) *machine {
	return &machine{t: t, h: h, backend: b, managed: planner.Managed{Resources: map[string]planner.ManagedResource{}}, originals: map[string]*planner.State{}}
}

func (m *machine) propose(resources ...*schema.Resource) provider.Answer {
	m.t.Helper()
	for _, r := range resources {
		if _, ok := r.Attrs["backend"]; !ok {
			r.Attrs["backend"] = schema.Attr{Value: str(string(m.backend))}
		}
	}
	answer, diags := Provider{}.Propose(context.Background(), provider.Request{Host: m.h, Facts: planner.Facts{Root: "/"}, Resources: resources, Managed: m.managed})
	if diags.HasErrors() {
		m.t.Fatal(diags)
	}
	return answer
}

// goals composes what every target is to hold.
func (m *machine) goals(answer provider.Answer) map[string]*planner.State {
	parts := map[string][]string{}
	for _, p := range answer.Proposals {
		for _, s := range p.Settings {
			if s.Target.Kind != Kind {
				continue // flows and files are others' to write
			}
			parts[s.Target.Name] = append(parts[s.Target.Name], s.State.Data)
		}
	}
	out := map[string]*planner.State{}
	for name, list := range parts {
		out[name] = &planner.State{Data: must(ruleset.Compose(list))}
	}
	for name := range m.originals {
		if out[name] == nil {
			out[name] = m.originals[name]
		}
	}
	return out
}

func (m *machine) apply(resources ...*schema.Resource) {
	m.t.Helper()
	answer := m.propose(resources...)
	goals := m.goals(answer)
	for _, name := range slices.Sorted(keysOf(goals)) {
		before := m.read(name)
		if _, known := m.originals[name]; !known {
			m.originals[name] = before
		}
		if same(before, goals[name]) {
			continue
		}
		m.runs++
		if err := Write(context.Background(), m.h, name, before, goals[name]); err != nil {
			m.t.Fatalf("write %s: %v", name, err)
		}
		if after := m.read(name); !same(after, goals[name]) {
			m.t.Fatalf("%s holds\n%s\nwant\n%s", name, text(after), text(goals[name]))
		}
	}
	m.managed.Resources = map[string]planner.ManagedResource{}
	for _, p := range answer.Proposals {
		m.managed.Resources[p.Address] = planner.ManagedResource{Declared: p.Declared, Settings: p.Settings}
	}
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (m *machine) read(name string) *planner.State {
	m.t.Helper()
	s, err := Read(context.Background(), m.h, name)
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

func text(s *planner.State) string {
	if s == nil {
		return ""
	}
	return s.Data
}

func same(a, b *planner.State) bool { return ruleset.Same(text(a), text(b)) }

// clean demands that a plan of the resources finds nothing to do.
func (m *machine) clean(resources ...*schema.Resource) {
	m.t.Helper()
	answer := m.propose(resources...)
	for _, p := range answer.Proposals {
		for _, a := range p.Attributes {
			if !a.Same {
				m.t.Errorf("%s: %s differs: %v, want %v", p.Address, a.Name, a.Before, a.After)
			}
		}
	}
	for name, goal := range m.goals(answer) {
		if live := m.read(name); !same(live, goal) {
			m.t.Errorf("%s holds\n%s\nwant\n%s", name, text(live), text(goal))
		}
	}
}

// listed is what all the tools list, without dates.
func listed(t testing.TB, h host.Host, programs ...string) string {
	t.Helper()
	if len(programs) == 0 {
		programs = []string{"iptables-nft-save", "ip6tables-nft-save", "iptables-legacy-save", "ip6tables-legacy-save"}
	}
	var out strings.Builder
	for _, p := range programs {
		if strings.Contains(p, "legacy") {
			// Asking for a table would make it.
			names := "/proc/net/" + strings.TrimSuffix(strings.ReplaceAll(p, "tables-legacy-save", ""), "-") + "_tables_names"
			f, err := h.ReadFile(context.Background(), names)
			if err != nil || len(f.Data) == 0 {
				continue
			}
		}
		for line := range strings.Lines(do(t, h, "", p, "-c")) {
			if !strings.HasPrefix(line, "#") {
				out.WriteString(line)
			}
		}
	}
	return out.String()
}

func dns() *schema.Resource {
	return resource("notrack", "dns", values{"protocol": str("udp"), "dport": cty.NumberIntVal(53), "role": str("server")})
}

func resets() *schema.Resource {
	return resource("log_rule", "resets", values{
		"chains": strs("INPUT", "OUTPUT"), "protocol": str("tcp"), "sport": str("!3406"),
		"tcp_flags": cty.ObjectVal(values{"mask": strs("RST"), "set": strs("RST")}),
		"prefix":    str("[drds] "), "level": str("debug"), "tcp_sequence": cty.True, "tcp_options": cty.True, "ip_options": cty.True,
	})
}

func eachBackend(t *testing.T, f func(t *testing.T, m *machine)) {
	t.Helper()
	for _, b := range []Backend{NFT, Legacy} {
		t.Run(string(b), func(t *testing.T) { f(t, newMachine(t, liveNetns(t), b)) })
	}
}

func TestApplyThenPlanThenDestroy(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		if m.backend == Legacy { // tables cannot be unregistered again: let them be there
			do(t, m.h, "", "iptables-legacy-save", "-t", "raw")
			do(t, m.h, "", "ip6tables-legacy-save", "-t", "raw")
			do(t, m.h, "", "iptables-legacy-save", "-t", "filter")
			do(t, m.h, "", "ip6tables-legacy-save", "-t", "filter")
		}
		before := listed(t, m.h)
		m.apply(dns(), resets())
		m.clean(dns(), resets())
		if m.runs != 4 {
			t.Errorf("%d tables changed, want 4", m.runs)
		}
		saved := do(t, m.h, "", "iptables-"+string(m.backend)+"-save")
		for _, line := range []string{
			`-A PREROUTING -m comment --comment "ctplan:jump:PREROUTING:first" -j CTPLAN-PRE`,
			`-A CTPLAN-PRE -p udp -m udp --dport 53 -m comment --comment "ctplan:notrack.dns" -j NOTRACK`,
			`-A CTPLAN-OUT -p udp -m udp --sport 53 -m comment --comment "ctplan:notrack.dns" -j NOTRACK`,
			`-A CTPLAN-LOG-IN -p tcp -m tcp ! --sport 3406 --tcp-flags RST RST -m comment --comment "ctplan:log_rule.resets" -j LOG --log-prefix "[drds] " --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options`,
		} {
			if !strings.Contains(saved, line+"\n") {
				t.Errorf("missing: %s\nin\n%s", line, saved)
			}
		}
		m.apply(resets())
		m.clean(resets())
		m.apply()
		if after := listed(t, m.h); after != before {
			t.Errorf("after destroy:\n%s\nbefore:\n%s", after, before)
		}
	})
}

func TestPlanDoesNotTouchTheOtherBackend(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		m.propose(dns(), resets())
		if got := listed(t, m.h); got != "" {
			t.Errorf("a plan made tables:\n%s", got)
		}
		f, err := m.h.ReadFile(context.Background(), "/proc/net/ip_tables_names")
		if err == nil && len(f.Data) > 0 {
			t.Errorf("a plan registered the legacy tables %q", f.Data)
		}
	})
}

func TestKnownCanonicalFormsNeedNoScratchNamespace(t *testing.T) {
	m := newMachine(t, liveNetns(t), NFT)
	m.apply(dns())
	watch := &watcher{Host: m.h}
	m.h = watch
	m.clean(dns())
	for _, argv := range watch.argv {
		if argv[0] == "unshare" {
			t.Errorf("a plan without changes made a scratch namespace: %v", argv)
		}
	}
}

// watcher notes the programs that run.
type watcher struct {
	host.Host
	argv [][]string
}

func (w *watcher) Run(ctx context.Context, c host.Command) (host.Result, error) {
	w.argv = append(w.argv, c.Argv)
	return w.Host.Run(ctx, c)
}

func TestRawMatchesAndNamesAreCanonicalised(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		odd := resource("log_rule", "odd", values{
			"chains": strs("OUTPUT"), "families": strs("ipv4"), "protocol": str("gre"), "uid_owner": str("root"),
			"match": strs("-m", "string", "--algo", "bm", "--hex-string", "|0a|b \"c", "-m", "statistic", "--mode", "random", "--probability", "0.33333"),
			"limit": cty.ObjectVal(values{"rate": str("60/minute")}),
		})
		m.apply(odd)
		m.clean(odd)
		if saved := do(t, m.h, "", "iptables-"+string(m.backend)+"-save"); !strings.Contains(saved, "--uid-owner 0") || !strings.Contains(saved, "--probability 0.33332999982") {
			t.Errorf("saved\n%s", saved)
		}
		m.managed.Resources = nil
		m.clean(odd) // the canonical form is the same when it is found anew
	})
}

func TestRefusedRulesNameTheirBlock(t *testing.T) {
	eachBackend(t, func(t *testing.T, m *machine) {
		resources := []*schema.Resource{dns()}
		for i := range 40 {
			resources = append(resources, resource("log_rule", fmt.Sprintf("fine%02d", i), values{"chains": strs("INPUT"), "mark": cty.NumberIntVal(int64(i))}))
		}
		resources = append(resources,
			resource("log_rule", "helper", values{"chains": strs("INPUT"), "match": strs("-m", "helper", "--helper", "x", "-m", "nosuchmatch")}),
			resource("log_rule", "many", values{"chains": strs("INPUT"), "match": strs("-m", "comment", "--comment", "x", "--sourc", "10.0.0.1,10.0.0.2")}),
			resource("log_rule", "jump", values{"chains": strs("INPUT"), "match": strs("-m", "comment", "--comment", "x", "--jum", "ACCEPT")}),
		)
		for _, r := range resources {
			r.Attrs["backend"] = schema.Attr{Value: str(string(m.backend))}
			if r.Type == "log_rule" {
				r.Attrs["families"] = schema.Attr{Value: strs("ipv4")}
			}
		}
		_, diags := Provider{}.Propose(context.Background(), provider.Request{Host: m.h, Resources: resources})
		var said []string
		for _, d := range diags {
			said = append(said, d.Detail)
		}
		for _, name := range []string{"log_rule.helper", "log_rule.many", "log_rule.jump"} {
			if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, name+": ") }) {
				t.Errorf("%s is not refused: %q", name, said)
			}
		}
		if len(said) != 3 {
			t.Errorf("%d refusals, want 3: %q", len(said), said)
		}
	})
}

func TestOrdinaryUsersCanTryRules(t *testing.T) {
	eachTarget(t, "raw", func(t *testing.T, h *host.Live, target Target) {
		s := Scratch{Host: asNobody{h}, Target: target, Unprivileged: true}
		bodies, refused, err := s.Canonical(context.Background(), []Candidate{
			{Hook: "PREROUTING", Text: Text{Body: "-p udp --dport domain -j NOTRACK"}},
			{Hook: "PREROUTING", Text: Text{Body: "-p tcp -j CT --helper no-such-helper"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if bodies[0] != "-p udp -m udp --dport 53 -j NOTRACK" || refused[0] != nil || refused[1] == nil {
			t.Errorf("got %q, %v", bodies, refused)
		}
	})
}

// asNobody runs programs as an ordinary user.
type asNobody struct{ host.Host }

func (n asNobody) Run(ctx context.Context, c host.Command) (host.Result, error) {
	c.Argv = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"}, c.Argv...)
	return n.Host.Run(ctx, c)
}
