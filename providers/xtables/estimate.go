package xtables

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

// logNotes estimates how many lines a day a block will log, where a live rule
// with the same match has been counting, and caps it by the block's own limit.
func (p *proposer) logNotes(ctx context.Context, w *want) []string {
	up := uptime(ctx, p.req.Host)
	if up <= 0 {
		return nil
	}
	var out []string
	for _, t := range w.targets {
		table := p.tables[t]
		if table == nil {
			continue
		}
		live := newLiveTable(t.Family, table)
		for i := range w.rules[t][:min(len(w.rules[t]), maxLooks)] {
			rule := &w.rules[t][i]
			for _, r := range live.reach(rule.Hook) {
				if r.Opaque || !simple(&rule.Match) || !covers(&r.Match, &rule.Match) || !covers(&rule.Match, &r.Match) || !sameState(r.Match, rule.Match) {
					continue
				}
				counted := table.Chain(r.Chain).Rules[r.Number-1].Counters.Packets
				lines := uint64(float64(counted) / up * 86400)
				if rule.Limit != nil {
					lines = min(lines, rule.Limit.Rate.PerDay())
				}
				out = append(out, fmt.Sprintf("about %d lines a day from %s (%s): %s has counted %d packets since boot, %.1f days ago, or since it was made",
					lines, rule.Hook, t.Family, r, counted, up/86400))
				break
			}
		}
	}
	return out
}

func sameState(a, b packet.Match) bool {
	if a.State == nil || b.State == nil {
		return a.State == b.State
	}
	return a.State.Not == b.State.Not && a.State.String() == b.State.String()
}

// uptime is how many seconds the machine has been up; 0 where that is unknown.
func uptime(ctx context.Context, h host.Host) float64 {
	f, err := h.ReadFile(ctx, "/proc/uptime")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(f.Data), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return seconds
}
