package xtables

import (
	"context"
	"slices"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/flows"
	"github.com/ctplan/ctplan/schema/packet"
)

// readFlows reads the connection table if some notrack block is about to
// change: how many flows it meets now is a part of the plan.
func (p *proposer) readFlows(ctx context.Context) {
	if slices.ContainsFunc(p.wants, p.meetsFlows) {
		p.flows = flows.ReadTable(ctx, p.req.Host)
	}
}

// meetsFlows reports whether a plan has something to say about the flows that
// a block's rules meet: the rules come, or their flows are to go from now on.
func (p *proposer) meetsFlows(w *want) bool {
	return w.resource.Type == "notrack" && (!p.holds(w) || p.evicts(w))
}

// evicts reports whether an apply deletes the flows that a block's rules
// meet: when the rules change, and when the block comes to say so. In between
// there is nothing to delete that the rules could keep away.
func (p *proposer) evicts(w *want) bool {
	if on, _ := w.resource.Bool("evict"); !on {
		return false
	}
	before, _ := p.req.Managed.Resources[w.resource.Address].Declared["evict"].(bool)
	return !before || !p.holds(w)
}

// evictions are the flows that are to go, one setting for each family.
func (p *proposer) evictions(w *want) []planner.Setting {
	var out []planner.Setting
	for _, t := range w.targets {
		if matches := w.matches(t); len(matches) > 0 {
			out = append(out, flows.Setting(t.Family, matches))
		}
	}
	return out
}

// matches are those of a block's rules in one table.
func (w *want) matches(t Target) []packet.Match {
	out := make([]packet.Match, len(w.rules[t]))
	for i, r := range w.rules[t] {
		out[i] = r.Match
	}
	return out
}

// flowNote says how many flows of the table a block's rules meet now.
func (p *proposer) flowNote(w *want) string {
	hit, exact := 0, true
	for _, t := range w.targets {
		matches := w.matches(t)
		for i := range matches {
			exact = exact && packet.ShownByFlow(&matches[i])
		}
		for _, f := range p.flows.Flows {
			if flows.MatchesAny(t.Family, matches, f) {
				hit++
			}
		}
	}
	return p.flows.Note(hit, exact, p.evicts(w))
}
