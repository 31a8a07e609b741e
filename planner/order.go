package planner

import (
	"slices"
	"strconv"
	"strings"
)

// sizePairs are kernel parameters of which the second must never be ahead of
// the first: growing, the first goes first; shrinking, the second.
//
// A conntrack table whose max is far above its buckets has long hash chains
// for a moment, and since 5.15 refuses inserts into them. The fragment queue
// thresholds are refused outright (EINVAL) in the wrong order.
var sizePairs = [][2]string{
	{"net/netfilter/nf_conntrack_buckets", "net/netfilter/nf_conntrack_max"},
	{"net/netfilter/nf_conntrack_frag6_high_thresh", "net/netfilter/nf_conntrack_frag6_low_thresh"},
}

// operations turns every goal that the host does not meet into an operation.
func (b *builder) operations() []Operation {
	var ops []Operation
	for _, id := range sortedKeys(b.goal) {
		g := b.goal[id]
		live := b.in.Live[id]
		if g.target.Kind.Same(live, g.state) {
			continue
		}
		if g.target.Kind.Fleeting() && (g.state == nil || g.restore && live == nil) {
			continue // a parameter comes and goes with its module, not by a write
		}
		addresses := append(slices.Clone(g.addresses), g.released...)
		slices.Sort(addresses)
		ops = append(ops, Operation{
			Addresses:    b.concerned(addresses),
			Target:       g.target,
			Before:       live,
			After:        g.state,
			Phase:        g.phase,
			Rank:         g.rank,
			Reload:       g.reload,
			IfUnused:     g.restore && g.state == nil && g.target.Kind == KindModule,
			Irreversible: g.note,
		})
	}
	return ops
}

// concerned narrows a shared file's owners down to those that this plan changes.
func (b *builder) concerned(addresses []string) []string {
	var changed []string
	for _, c := range b.plan.Changes {
		if c.Action != ActionNoOp && slices.Contains(addresses, c.Address) {
			changed = append(changed, c.Address)
		}
	}
	if len(changed) == 0 {
		return addresses
	}
	return changed
}

// dependencies maps each address to those whose runtime changes come first:
// what it depends on, or, for a deletion, what depends on it.
func (b *builder) dependencies() map[string][]string {
	deps := map[string][]string{}
	for address, p := range b.proposals {
		deps[address] = append(deps[address], p.DependsOn...)
	}
	for address := range b.gone {
		for _, on := range b.managed.Resources[address].DependsOn {
			deps[on] = append(deps[on], address)
		}
	}
	return deps
}

// order sorts operations by phase, rank and name, then lets dependencies and size
// pairs move them within that order.
func order(ops []Operation, deps map[string][]string) []Operation {
	slices.SortFunc(ops, func(a, b Operation) int {
		if a.Phase != b.Phase {
			return int(a.Phase - b.Phase)
		}
		if a.Rank != b.Rank {
			return a.Rank - b.Rank
		}
		return strings.Compare(a.Target.ID(), b.Target.ID())
	})
	before := constraints(ops, deps)
	out := make([]Operation, 0, len(ops))
	done := make([]bool, len(ops))
	for len(out) < len(ops) {
		next := -1
		for i := range ops {
			if done[i] {
				continue
			}
			if next < 0 {
				next = i // if every operation waits for another: the order of phases decides
			}
			if !slices.ContainsFunc(before[i], func(j int) bool { return !done[j] }) {
				next = i
				break
			}
		}
		done[next] = true
		out = append(out, ops[next])
	}
	return out
}

// constraints lists for each operation those that must run before it.
func constraints(ops []Operation, deps map[string][]string) [][]int {
	before := make([][]int, len(ops))
	for i, op := range ops {
		for j, other := range ops {
			if i == j {
				continue
			}
			if pairFirst(other, op) || op.Phase < PhaseFile && other.Phase < PhaseFile && dependsOn(op, other, deps) {
				before[i] = append(before[i], j)
			}
		}
	}
	return before
}

// dependsOn reports whether op belongs to a resource that waits for one of other's.
func dependsOn(op, other Operation, deps map[string][]string) bool {
	for _, address := range op.Addresses {
		for _, on := range deps[address] {
			if slices.ContainsFunc(other.Addresses, func(a string) bool { return within(a, on) }) {
				return true
			}
		}
	}
	return false
}

// pairFirst reports whether a size pair demands a before b.
func pairFirst(a, b Operation) bool {
	for _, pair := range sizePairs {
		if a.Target == Sysctl(pair[0]) && b.Target == Sysctl(pair[1]) {
			return grows(a)
		}
		if a.Target == Sysctl(pair[1]) && b.Target == Sysctl(pair[0]) {
			return !grows(b)
		}
	}
	return false
}

func grows(op Operation) bool { return number(op.After) > number(op.Before) }

func number(s *State) int64 {
	if s == nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(s.Data), 10, 64)
	return n
}

func sortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		if a.Severity != b.Severity {
			return strings.Compare(string(a.Severity), string(b.Severity)) // error before warning
		}
		if c := strings.Compare(a.Address, b.Address); c != 0 {
			return c
		}
		return strings.Compare(a.Code+a.Summary, b.Code+b.Summary)
	})
}
