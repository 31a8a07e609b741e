package xtables

import (
	"context"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
)

// placeAttempts bounds how often a jump is put into its place again because
// another program changed the chain at the same moment.
const placeAttempts = 5

// Write takes ctplan's part of a table from one state to another in one
// transaction of iptables-restore. Before must be what Read has just
// returned: the edits inside ctplan's chains are relative to it. Where jumps
// change, the built-in chains are read anew, since other programs work in
// them too.
func Write(ctx context.Context, h host.Host, name string, before, after *planner.State) error {
	t, err := ParseTarget(name)
	if err != nil {
		return err
	}
	from, err := part(t, before)
	if err != nil {
		return err
	}
	to, err := part(t, after)
	if err != nil {
		return err
	}
	hooks := ruleset.ChangedHooks(from, to)
	live, err := t.assume(ctx, h, from, hooks)
	if err != nil {
		return err
	}
	script, err := ruleset.Transition{Live: live, Want: to.OnlyHooks(hooks)}.Script()
	if err != nil {
		return err
	}
	if err := t.restore(ctx, h, script); err != nil {
		return err
	}
	if err := t.settle(ctx, h, to, hooks); err != nil {
		return err
	}
	if after == nil && t.Backend == NFT {
		t.dropTable(ctx, h)
	}
	return nil
}

// part reads a state of a target; nil is an empty part.
func part(t Target, s *planner.State) (*ruleset.Part, error) {
	if s == nil || strings.TrimSpace(s.Data) == "" {
		return &ruleset.Part{Table: t.Table}, nil
	}
	return ruleset.ParsePart(s.Data)
}

// assume is the table as far as it is needed: ctplan's chains as just read,
// and the hooks whose jumps change as they are now.
func (t Target) assume(ctx context.Context, h host.Host, from *ruleset.Part, hooks []string) (*ruleset.Table, error) {
	table := &ruleset.Table{Name: t.Table}
	if len(hooks) > 0 {
		live, err := t.hooks(ctx, h, hooks)
		if err != nil {
			return nil, err
		}
		if live != nil {
			table = live
		}
	}
	table.Chains = append(table.Chains, from.Chains...)
	return table, nil
}

// settle looks whether jumps ended up in their places: those beside another
// rule are inserted by number, and another program may have inserted a rule
// just before. The first and the last place cannot be missed, and jumps of an
// undo that belong to a number are left where they are.
func (t Target) settle(ctx context.Context, h host.Host, to *ruleset.Part, hooks []string) error {
	want := to.OnlyHooks(hooks)
	want.Chains = nil
	if !slices.ContainsFunc(want.Jumps, ruleset.Jump.Beside) ||
		slices.ContainsFunc(want.Jumps, func(j ruleset.Jump) bool { return j.Number > 0 }) {
		return nil
	}
	for range placeAttempts {
		live, err := t.hooks(ctx, h, hooks)
		if err != nil {
			return err
		}
		script, err := ruleset.Transition{Live: live, Want: want}.Script()
		if err != nil || script == "" {
			return err
		}
		if err := t.restore(ctx, h, script); err != nil {
			return err
		}
	}
	return nil // the caller reads back, and says what is not as wanted
}
