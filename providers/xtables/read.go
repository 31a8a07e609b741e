package xtables

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// Read returns ctplan's part of a table, nil where the table does not exist.
// It changes nothing, not even by making tables that are not there.
func Read(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	t, err := ParseTarget(name)
	if err != nil {
		return nil, err
	}
	table, err := t.List(ctx, h)
	if err != nil || table == nil {
		return nil, err
	}
	return &planner.State{Data: ruleset.Extract(table).String()}, nil
}

// List lists the whole table with counters, other tools' rules included,
// or returns nil where it does not exist.
func (t Target) List(ctx context.Context, h host.Host) (*ruleset.Table, error) {
	if t.Backend == Legacy {
		registered, err := t.registered(ctx, h)
		if err != nil || !registered {
			return nil, err
		}
	}
	table, err := t.save(ctx, h)
	var hidden *HiddenError
	if errors.As(err, &hidden) && t.Backend == NFT {
		return t.chainByChain(ctx, h, hidden)
	}
	if err != nil || t.Backend == Legacy || !pristine(table) {
		return table, err
	}
	// iptables-nft-save -t prints an empty table also where there is none.
	there, err := t.exists(ctx, h)
	if err != nil || !there {
		return nil, err
	}
	return table, nil
}

// listAll lists all tables of the target's backend and family in one run. A
// table that cannot be listed has a nil entry.
func (t Target) listAll(ctx context.Context, h host.Host) (map[string]*ruleset.Table, error) {
	if t.Backend == Legacy {
		names, err := t.registeredTables(ctx, h)
		if err != nil || len(names) == 0 {
			return nil, err
		}
	}
	res, err := t.run(ctx, h, "-save", nil, "-c")
	if err != nil {
		return nil, err
	}
	tables, hidden, err := ruleset.ParseAll(string(res.Stdout))
	var truncated *ruleset.TruncatedError
	switch {
	case t.Backend == NFT && errors.As(err, &truncated):
		// Nothing tells which tables would have come: each is listed alone.
		tables = nil
		for name := range schema.HooksOf {
			hidden = append(hidden, name)
		}
	case res.ExitCode != 0:
		return nil, fmt.Errorf("%s: exit code %d: %s", t.command("-save"), res.ExitCode, firstLine(res.Stderr))
	case err != nil:
		return nil, fmt.Errorf("%s: %w", t.command("-save"), err)
	}
	out := map[string]*ruleset.Table{}
	for _, table := range tables {
		out[table.Name] = table
	}
	for _, name := range hidden {
		out[name] = nil
	}
	return out, nil
}

// save runs iptables-save. Its exit code alone proves nothing: tables that it
// cannot express are left out with code 0, and a listing can break off.
func (t Target) save(ctx context.Context, h host.Host) (*ruleset.Table, error) {
	res, err := t.run(ctx, h, "-save", nil, "-c", "-t", t.Table)
	if err != nil {
		return nil, err
	}
	tables, err := ruleset.Parse(string(res.Stdout))
	var incompatible *ruleset.IncompatibleError
	var truncated *ruleset.TruncatedError
	switch {
	case errors.As(err, &incompatible) || t.Backend == NFT && errors.As(err, &truncated):
		return nil, &HiddenError{Target: t, Said: err.Error()}
	case res.ExitCode != 0:
		return nil, fmt.Errorf("%s -t %s: exit code %d: %s", t.command("-save"), t.Table, res.ExitCode, firstLine(res.Stderr))
	case err != nil:
		return nil, fmt.Errorf("%s -t %s: %w", t.command("-save"), t.Table, err)
	case len(tables) != 1 || tables[0].Name != t.Table:
		return nil, fmt.Errorf("%s -t %s listed %d tables", t.command("-save"), t.Table, len(tables))
	}
	return tables[0], nil
}

// pristine reports whether a table looks as if nobody had ever used it.
func pristine(t *ruleset.Table) bool {
	return !slices.ContainsFunc(t.Chains, func(c *ruleset.Chain) bool {
		return !c.BuiltIn() || c.Policy != "ACCEPT" || len(c.Rules) > 0
	})
}

// exists reports whether nf_tables has the table. Only a listing of all
// tables tells.
func (t Target) exists(ctx context.Context, h host.Host) (bool, error) {
	res, err := t.run(ctx, h, "-save", nil)
	if err != nil {
		return false, err
	}
	listed := "*" + t.Table + "\n"
	out := string(res.Stdout)
	return strings.HasPrefix(out, listed) || strings.Contains(out, "\n"+listed), nil
}

// registered reports whether ip_tables has the table.
func (t Target) registered(ctx context.Context, h host.Host) (bool, error) {
	names, err := t.registeredTables(ctx, h)
	return slices.Contains(names, t.Table), err
}

// registeredTables are the tables of ip_tables. Asking iptables-legacy for
// one would register it: the kernel's own list decides.
func (t Target) registeredTables(ctx context.Context, h host.Host) ([]string, error) {
	names := "/proc/net/ip_tables_names"
	if t.Family == packet.IPv6 {
		names = "/proc/net/ip6_tables_names"
	}
	f, err := h.ReadFile(ctx, names)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // the module is not loaded
	}
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(f.Data)), nil
}

// chainByChain lists the built-in chains and ctplan's own ones when the table
// as a whole cannot be listed: nf_tables refuses only the chains that hold
// the other program's rules.
func (t Target) chainByChain(ctx context.Context, h host.Host, whole *HiddenError) (*ruleset.Table, error) {
	names, err := t.chainNames(ctx, h)
	if err != nil {
		whole.Said += "; " + err.Error()
		return nil, whole
	}
	table := &ruleset.Table{Name: t.Table}
	for _, name := range names {
		if !ruleset.Owned(name) && !slices.Contains(schema.HooksOf[t.Table], name) {
			continue
		}
		c, err := t.chain(ctx, h, name)
		if err != nil {
			return nil, err
		}
		table.Chains = append(table.Chains, c)
	}
	return table, nil
}

// chain lists one chain that exists.
func (t Target) chain(ctx context.Context, h host.Host, name string) (*ruleset.Chain, error) {
	res, err := t.run(ctx, h, "", nil, "-t", t.Table, "-v", "-S", name)
	if err != nil {
		return nil, err
	}
	if res.ExitCode != 0 {
		return nil, &HiddenError{t, name, firstLine(res.Stderr)}
	}
	c, err := ruleset.ParseChain(string(res.Stdout))
	if err == nil && c == nil {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("listing of chain %s of %s: %w", name, t, err)
	}
	return c, nil
}

// hooks lists built-in chains only. Where the table does not exist they are
// empty.
func (t Target) hooks(ctx context.Context, h host.Host, names []string) (*ruleset.Table, error) {
	if t.Backend == Legacy {
		table, err := t.List(ctx, h)
		if err != nil || table == nil {
			return nil, err
		}
		table.Chains = slices.DeleteFunc(table.Chains, func(c *ruleset.Chain) bool { return !slices.Contains(names, c.Name) })
		return table, nil
	}
	table := &ruleset.Table{Name: t.Table}
	for _, name := range names {
		c, err := t.chain(ctx, h, name)
		if err != nil {
			return nil, err
		}
		table.Chains = append(table.Chains, c)
	}
	return table, nil
}
