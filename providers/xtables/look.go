package xtables

import (
	"context"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

// lookout lists what backends and families hold while other work goes on:
// listing thousands of rules takes as long as making them ready.
type lookout struct {
	host  host.Host
	asked map[Target]chan listing // by targets without a table
}

// listing is what one run of iptables-save brought.
type listing struct {
	tables map[string]*ruleset.Table
	err    error
}

func newLookout(h host.Host) *lookout { return &lookout{h, map[Target]chan listing{}} }

// ask begins to list a backend's tables of a family, once.
func (l *lookout) ask(ctx context.Context, b Backend, f packet.Family) {
	t := Target{Backend: b, Family: f}
	if l.asked[t] != nil {
		return
	}
	answer := make(chan listing, 1)
	l.asked[t] = answer
	go func() {
		tables, err := t.listAll(ctx, l.host)
		answer <- listing{tables, err}
	}()
}

// tables waits for the listings of all targets. What was asked for and is not
// needed may fail: a host need not have both families.
func (l *lookout) tables(ctx context.Context, targets []Target) (map[Target]*ruleset.Table, error) {
	out := map[Target]*ruleset.Table{}
	done := map[Target]bool{}
	for _, t := range targets {
		whole := Target{Backend: t.Backend, Family: t.Family}
		if !done[whole] {
			done[whole] = true
			l.ask(ctx, t.Backend, t.Family)
			answer := <-l.asked[whole]
			if answer.err != nil {
				return nil, answer.err
			}
			for name, table := range answer.tables {
				out[Target{t.Backend, t.Family, name}] = table
			}
		}
		if table, listed := out[t]; listed && table == nil { // hidden by another program's rules
			table, err := t.List(ctx, l.host)
			if err != nil {
				return nil, err
			}
			out[t] = table
		}
	}
	return out, nil
}
