package xtables

import (
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema/packet"
)

// maxDepth bounds jumps within jumps; the kernel allows 16 on most hooks.
const maxDepth = 32

// outcome is what becomes of the packets of a match in one table when
// connection tracking leaves them alone.
type outcome struct {
	// Verdict is "ACCEPT", "DROP", "REJECT" and the like; "" where it cannot
	// be told, because rules that the analysis does not understand may decide.
	Verdict string
	// By is the rule that decides, or the policy (Number 0).
	By liveRule
	// Starved are rules that would have matched tracked packets of these,
	// and no longer can.
	Starved []liveRule
}

// walker follows packets through a table's chains.
type walker struct {
	table *liveTable
	match packet.Match
	out   outcome
}

// walk follows untracked packets from a built-in chain to their verdict.
func walk(table *liveTable, hook string, match packet.Match) outcome {
	c := table.Chain(hook)
	if c == nil {
		return outcome{Verdict: "ACCEPT"}
	}
	w := &walker{table: table, match: match}
	if !w.chain(hook, 0) {
		w.out.Verdict = c.Policy
		w.out.By = liveRule{Chain: hook, Body: "policy " + c.Policy, Target: c.Policy}
	}
	return w.out
}

// chain follows one chain, and reports whether a verdict was reached.
func (w *walker) chain(name string, depth int) bool {
	if depth > maxDepth {
		return false
	}
	rules := w.table.rules(name)
	for i := range rules {
		r := &rules[i]
		if !overlap(&r.Match, &w.match) {
			continue
		}
		if starves(&r.Match) {
			if r.Target == "ACCEPT" {
				w.out.Starved = append(w.out.Starved, *r)
			}
			continue
		}
		all := !r.Opaque && covers(&r.Match, &w.match)
		switch {
		case r.Target == "RETURN" && all:
			return false
		case w.table.Chain(r.Target) != nil:
			if w.chain(r.Target, depth+1) && all {
				return true
			}
			if !all { // only some of the packets got that verdict
				w.out.Verdict, w.out.By = "", liveRule{}
			}
		case r.terminal() && all:
			w.out.Verdict, w.out.By = r.Target, *r
			return true
		}
	}
	return false
}

// liveTable is a listed table whose rules are parsed when they are needed.
type liveTable struct {
	*ruleset.Table
	family packet.Family
	parsed map[string][]liveRule
	// size is the number of rules in the table.
	size int
}

func newLiveTable(f packet.Family, t *ruleset.Table) *liveTable {
	l := &liveTable{Table: t, family: f, parsed: map[string][]liveRule{}}
	for _, c := range t.Chains {
		l.size += len(c.Rules)
	}
	return l
}

// rules are the rules of one chain.
func (l *liveTable) rules(name string) []liveRule {
	if known, ok := l.parsed[name]; ok {
		return known
	}
	var out []liveRule
	if c := l.Chain(name); c != nil {
		for i, r := range c.Rules {
			out = append(out, parseLive(l.family, name, i+1, r.Body))
		}
	}
	l.parsed[name] = out
	return out
}

// reach lists every rule that packets can come by from a hook.
func (l *liveTable) reach(hook string) []liveRule {
	key := "\x00" + hook
	if known, ok := l.parsed[key]; ok {
		return known
	}
	var out []liveRule
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] || l.Chain(name) == nil || ruleset.Owned(name) {
			return
		}
		seen[name] = true
		for _, r := range l.rules(name) {
			out = append(out, r)
			visit(r.Target)
		}
	}
	visit(hook)
	l.parsed[key] = out
	return out
}
