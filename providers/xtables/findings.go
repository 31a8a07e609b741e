package xtables

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema/packet"
)

// Codes of findings, for policies and suppression.
const (
	CodePrefixBlank   = "log:prefix-blank"
	CodeUnlimited     = "log:unlimited"
	CodeUnreachable   = "log:unreachable"
	CodeOtherNetns    = "log:other-netns"
	CodeStarved       = "notrack:starved-rule"
	CodeLoseSSH       = "notrack:lose-ssh"
	CodeNeedsTracking = "notrack:needs-tracking"
	CodeOneDirection  = "notrack:one-direction"
	CodeShadowed      = "notrack:shadowed"
	CodeBothBackends  = "rules:both-backends"
	CodeUntried       = "rules:untried"
)

// analysis holds one plan's rules against the live tables. It is pure: what
// it works on has been read before.
type analysis struct {
	tables map[Target]*liveTable
	wants  []*want
	// budget is how many more comparisons of two rules are worth their time.
	budget int
	// exempt are the notrack rules of all blocks, by family and hook.
	exempt map[passage][]*packet.Match
	// ssh is the operator's own connection, if there is one.
	ssh *SSHConnection
	out []planner.Finding
}

// findings is the analysis of the rules against the live tables.
func (p *proposer) findings(ctx context.Context) []planner.Finding {
	a := newAnalysis(p.tables, p.wants, p.ssh)
	a.blocks()
	a.otherNetns(p.req.Facts, p.loggedElsewhere(ctx))
	p.backends(ctx, a)
	if p.untried != "" && len(p.wants) > 0 {
		a.warn(p.wants[0], "", CodeUntried, "Rules were not tried",
			"The kernel could not be asked whether it takes the rules: "+p.untried+".")
	}
	return a.out
}

// maxComparisons bounds an analysis: thousands of rules against thousands
// would take longer than all the rest of a plan.
const maxComparisons = 1_000_000

func newAnalysis(tables map[Target]*ruleset.Table, wants []*want, ssh *SSHConnection) *analysis {
	a := &analysis{tables: map[Target]*liveTable{}, wants: wants, ssh: ssh, budget: maxComparisons, exempt: map[passage][]*packet.Match{}}
	for t, table := range tables {
		if table != nil {
			a.tables[t] = newLiveTable(t.Family, table)
		}
	}
	for _, w := range wants {
		if w.resource.Type != "notrack" {
			continue
		}
		for _, t := range w.targets {
			for i := range w.rules[t] {
				rule := &w.rules[t][i]
				key := passage{t.Family, rule.Hook}
				a.exempt[key] = append(a.exempt[key], &rule.Match)
			}
		}
	}
	return a
}

// passage is a hook of a family.
type passage struct {
	family packet.Family
	hook   string
}

// blocks looks at every block.
func (a *analysis) blocks() {
	for _, w := range a.wants {
		if w.resource.Type == "log_rule" {
			a.logging(w)
		} else {
			a.untracked(w)
		}
	}
}

// maxLooks is how many rules of one block and table are looked at: they
// differ in little but their addresses.
const maxLooks = 50

// rules are those of a block's rules that are looked at.
func (a *analysis) rules(w *want, t Target) []Rule {
	cost := 1
	for other, table := range a.tables {
		if other.Backend == t.Backend && other.Family == t.Family {
			cost += table.size
		}
	}
	n := max(0, min(len(w.rules[t]), maxLooks, a.budget/cost))
	a.budget -= n * cost
	return w.rules[t][:n]
}

func (a *analysis) warn(w *want, attribute, code, summary, detail string) {
	a.add(planner.SeverityWarning, w, attribute, code, summary, detail)
}

func (a *analysis) add(severity planner.Severity, w *want, attribute, code, summary, detail string) {
	subject := w.resource.Range
	if attr, ok := w.resource.Attrs[attribute]; ok {
		subject = attr.Range
	}
	f := planner.Finding{Severity: severity, Code: code, Summary: summary, Detail: detail, Address: w.resource.Address, Subject: &subject}
	for _, old := range a.out {
		if old.Address == f.Address && old.Code == f.Code && old.Detail == f.Detail {
			return
		}
	}
	a.out = append(a.out, f)
}

// logging looks at one log_rule block.
func (a *analysis) logging(w *want) {
	r := w.resource
	prefix, ok := r.String("prefix")
	if ok && !strings.HasSuffix(prefix, " ") {
		a.warn(w, "prefix", CodePrefixBlank, "Prefix runs into the line",
			fmt.Sprintf("The kernel writes the line right behind the prefix, as in %q. End the prefix with a blank.", prefix+"IN=eth0 OUT= ..."))
	}
	_, limit := r.Attrs["limit"]
	_, hashlimit := r.Attrs["hashlimit"]
	if target, _ := r.String("target"); target != "NFLOG" && !limit && !hashlimit {
		a.warn(w, "", CodeUnlimited, "Logging without a limit",
			"Every matching packet becomes a line of the kernel log: whoever can send such packets can fill it. Add limit { rate = \"10/second\" } or hashlimit.")
	}
	for _, t := range w.targets {
		for _, rule := range a.rules(w, t) {
			a.reachable(w, t, rule)
		}
	}
}

// reachable looks for a rule above that takes all of a log rule's packets.
func (a *analysis) reachable(w *want, t Target, rule Rule) {
	for _, r := range a.above(t, rule) {
		if !r.terminal() || r.Opaque || !covers(&r.Match, &rule.Match) || !stateCovers(r.Match, rule.Match) {
			continue
		}
		a.warn(w, "position", CodeUnreachable, "Log rule can never match",
			fmt.Sprintf("In %s table %s, %s stands above it and ends the way of every packet that it would log. Choose another position, such as { before = %q }.",
				t.Family, t.Table, r, neighbourOf(r)))
		return
	}
}

// stateCovers compares conditions on the connection's state.
func stateCovers(outer, inner packet.Match) bool {
	switch {
	case outer.State == nil:
		return true
	case inner.State == nil || outer.State.Not != inner.State.Not || outer.State.Not:
		return false
	}
	for _, s := range inner.State.List {
		if !slices.Contains(outer.State.List, s) {
			return false
		}
	}
	return true
}

// neighbourOf is how a position names a rule.
func neighbourOf(r liveRule) string {
	if comment := ruleset.Comment(r.Body); comment != "" {
		return comment
	}
	return r.Target
}

// above lists the rules of the hook that stand above a rule's jump, or above
// where that will be put.
func (a *analysis) above(t Target, rule Rule) []liveRule {
	table := a.tables[t]
	if table == nil {
		return nil
	}
	place, ok := ruleset.PlaceOf(table.Chain(rule.Hook), rule.At)
	rules := table.rules(rule.Hook)
	if !ok || len(rules) < place.Number-1 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(rules[:place.Number-1]), func(r liveRule) bool { return ruleset.Owned(r.Target) })
}

// otherNetns warns of LOG in a namespace whose lines the kernel drops.
func (a *analysis) otherNetns(facts planner.Facts, allowed bool) {
	if facts.InitNetns || allowed {
		return
	}
	for _, w := range a.wants {
		target, _ := w.resource.String("target")
		if w.resource.Type != "log_rule" || target == "NFLOG" {
			continue
		}
		a.warn(w, "", CodeOtherNetns, "The kernel log shows nothing of this network namespace",
			"LOG is silent outside the initial network namespace unless net.netfilter.nf_log_all_netns is 1 there: the rules will match and count, and no line will appear. "+
				"Set it on the host (log_backend { all_netns = true }), or use target = \"NFLOG\", which works everywhere.")
	}
}

// loggedElsewhere reports whether the kernel logs for all namespaces. The
// parameter is visible in the initial namespace only.
func (p *proposer) loggedElsewhere(ctx context.Context) bool {
	f, err := p.req.Host.ReadFile(ctx, "/proc/sys/net/netfilter/nf_log_all_netns")
	return err == nil && strings.TrimSpace(string(f.Data)) == "1"
}

// backends warns where both backends hold rules: a packet passes both.
func (p *proposer) backends(ctx context.Context, a *analysis) {
	if len(p.targets) == 0 || p.targets[0].Backend != NFT {
		return
	}
	t := p.targets[0]
	t.Backend = Legacy
	names, err := t.registeredTables(ctx, p.req.Host)
	if err != nil || len(names) == 0 || p.uses(Legacy) {
		return
	}
	a.warn(a.wants[0], "backend", CodeBothBackends, "Both iptables backends hold tables",
		fmt.Sprintf("This host's iptables works on nf_tables, and ip_tables has the tables %s as well. Packets pass both; `iptables-legacy-save` shows the other one's rules. "+
			"If those are the ones that count here, set backend = \"legacy\".", strings.Join(names, ", ")))
}

func (p *proposer) uses(b Backend) bool {
	return slices.ContainsFunc(p.targets, func(t Target) bool { return t.Backend == b })
}
