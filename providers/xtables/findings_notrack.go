package xtables

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema/packet"
)

// untracked looks at what leaving packets untracked does to other rules.
func (a *analysis) untracked(w *want) {
	for _, t := range w.targets {
		for _, rule := range a.rules(w, t) {
			a.shadowed(w, t, rule)
			a.starved(w, t, rule)
			a.needsTracking(w, t, rule)
			a.oneDirection(w, t, rule)
		}
	}
}

// filterHooks are the hooks of table filter that packets of a raw hook can
// come by.
var filterHooks = map[string][]string{
	"PREROUTING": {"INPUT", "FORWARD"},
	"OUTPUT":     {"OUTPUT"},
}

// shadowed looks for a rule in table raw that decides first: the first CT or
// NOTRACK target that a packet meets counts, and a verdict ends the way.
func (a *analysis) shadowed(w *want, t Target, rule Rule) {
	for _, r := range a.above(t, rule) {
		decides := r.terminal() || r.Target == "CT" || r.Target == "NOTRACK"
		if !decides || r.Opaque || !covers(&r.Match, &rule.Match) {
			continue
		}
		a.warn(w, "position", CodeShadowed, "Another rule decides first",
			fmt.Sprintf("In %s table raw, %s stands above it and takes every packet that it matches: it will count nothing. Use position = \"first\".", t.Family, r))
		return
	}
}

// starved looks for packets that are accepted today because of their
// connection's state, and would be dropped without it: the replies that a
// closing DROP then meets.
func (a *analysis) starved(w *want, t Target, rule Rule) {
	filter := a.tables[Target{t.Backend, t.Family, "filter"}]
	if filter == nil {
		return
	}
	for _, hook := range filterHooks[rule.Hook] {
		if hook == "FORWARD" && localOnly(rule.Match) {
			continue
		}
		match := atHook(rule.Match, hook)
		out := walk(filter, hook, match)
		if len(out.Starved) == 0 || out.Verdict != "DROP" && out.Verdict != "REJECT" {
			continue
		}
		accept := fmt.Sprintf("%s -I %s %d %s -m conntrack --ctstate UNTRACKED -j ACCEPT",
			t.family(), hook, out.Starved[0].top(hook), matchText(rule.Family, match))
		severity, code, cut := planner.SeverityWarning, CodeStarved, ""
		if a.ssh != nil && a.ssh.meets(t.Family, hook, match) {
			severity, code = planner.SeverityError, CodeLoseSSH
			cut = "Your own ssh connection is among these packets: applying this would cut it. "
		}
		a.add(severity, w, "", code, "Packets that are accepted today would be dropped",
			fmt.Sprintf("%sThe packets of %s (%s %s) are UNTRACKED then. %s no longer matches them, and %s drops them. Accept them before that: %s",
				cut, rule.Hook, t.Family, describe(rule.Family, match), out.Starved[0], decider(out), strings.Join(strings.Fields(accept), " ")))
	}
}

// localOnly reports whether packets with these ports and addresses are
// certainly not forwarded; nothing but the destination's type tells.
func localOnly(m packet.Match) bool {
	return m.DstType != nil && !m.DstType.Not && slices.Equal(m.DstType.List, []string{"LOCAL"})
}

// atHook is the match of the same packets in another hook: interfaces that
// the hook lacks are left out.
func atHook(m packet.Match, hook string) packet.Match {
	switch hook {
	case "INPUT", "PREROUTING":
		m.Out = nil
	case "OUTPUT", "POSTROUTING":
		m.In = nil
	}
	return m
}

// top is the rule number in the hook's own chain above which an accepting
// rule helps; 1 where the starved rule stands in a chain further down.
func (r liveRule) top(hook string) int {
	if r.Chain == hook {
		return r.Number
	}
	return 1
}

func decider(o outcome) string {
	if o.By.Number == 0 {
		return "the policy of " + o.By.Chain
	}
	return o.By.String()
}

// matchText is a match as iptables takes it.
func matchText(f packet.Family, m packet.Match) string {
	body := Rule{Family: f, Match: m, Action: Action{Notrack: true}}.Render(Version{1, 8, 9}).Body
	return strings.TrimSpace(strings.TrimSuffix(body, "-j NOTRACK"))
}

func describe(f packet.Family, m packet.Match) string {
	if s := matchText(f, m); s != "" {
		return s
	}
	return "all packets"
}

// needsTracking looks for rules that need the connection of packets that
// will have none: address translation, helpers, limits per connection.
func (a *analysis) needsTracking(w *want, t Target, rule Rule) {
	natHooks := map[string][]string{"PREROUTING": {"PREROUTING", "POSTROUTING"}, "OUTPUT": {"OUTPUT", "POSTROUTING"}}
	for _, hook := range natHooks[rule.Hook] {
		a.users(w, t, rule, "nat", hook, func(r liveRule) string {
			switch r.Target {
			case "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP":
				return "no longer translates them"
			}
			return ""
		})
	}
	for _, hook := range filterHooks[rule.Hook] {
		a.users(w, t, rule, "filter", hook, connectionUser)
		a.users(w, t, rule, "mangle", hook, connectionUser)
	}
	a.users(w, t, rule, "raw", rule.Hook, func(r liveRule) string {
		if r.Target == "CT" && slices.ContainsFunc(r.Options, func(o string) bool { return o == "--helper" || o == "--timeout" || o == "--zone" }) {
			return "no longer sets anything on them"
		}
		return ""
	})
}

// connectionUser says what a rule does that needs a connection, or "".
func connectionUser(r liveRule) string {
	for _, m := range []string{"connlimit", "helper", "connmark", "connbytes", "connlabel"} {
		if slices.Contains(r.Modules, m) {
			return "never matches them (" + m + ")"
		}
	}
	if r.Target == "CONNMARK" || r.Target == "CONNSECMARK" {
		return "marks nothing"
	}
	return ""
}

func (a *analysis) users(w *want, t Target, rule Rule, table, hook string, lost func(liveRule) string) {
	live := a.tables[Target{t.Backend, t.Family, table}]
	if live == nil {
		return
	}
	match := atHook(rule.Match, hook)
	rules := live.reach(hook)
	for i := range rules {
		r := &rules[i]
		if !overlap(&r.Match, &match) {
			continue
		}
		if why := lost(*r); why != "" {
			a.warn(w, "", CodeNeedsTracking, "Another rule needs these connections",
				fmt.Sprintf("%s table %s, %s %s: untracked packets have no connection. Exempt them from notrack, or make sure that they do not need the rule.",
					t.Family, table, r, why))
		}
	}
}

// oneDirection looks whether the answers to a rule's packets are exempt too.
func (a *analysis) oneDirection(w *want, t Target, rule Rule) {
	if a.answered(t, rule) {
		return
	}
	a.warn(w, "chains", CodeOneDirection, "Only one direction is exempt",
		fmt.Sprintf("No rule in table raw exempts the answers to the packets of %s (%s %s): they will be tracked as connections of their own, or be INVALID. Use role, or add a block for the other chain.",
			rule.Hook, t.Family, describe(rule.Family, rule.Match)))
}

// answered reports whether some rule, of ctplan's or others', exempts answers.
func (a *analysis) answered(t Target, rule Rule) bool {
	opposite := "OUTPUT"
	if rule.Hook == "OUTPUT" {
		opposite = "PREROUTING"
	}
	answers := rule.Match.Mirror()
	for _, other := range a.exempt[passage{t.Family, opposite}] {
		if none(endRelations, other, &answers) {
			return true
		}
	}
	// A router's packets pass PREROUTING in both directions.
	if rule.Hook == "PREROUTING" {
		for _, other := range a.exempt[passage{t.Family, "PREROUTING"}] {
			if all(endRelations, covering, other, &answers) && all(endRelations, covering, &answers, other) {
				return true
			}
		}
	}
	raw := a.tables[t]
	if raw == nil {
		return false
	}
	return slices.ContainsFunc(raw.reach(opposite), func(r liveRule) bool {
		exempts := r.Target == "NOTRACK" || r.Target == "CT" && slices.Contains(r.Options, "--notrack")
		return exempts && none(endRelations, &r.Match, &answers)
	})
}
