package xtables

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

// nftFamily is nft's word for a family.
func nftFamily(f packet.Family) string {
	if f == packet.IPv6 {
		return "ip6"
	}
	return "ip"
}

// nftChain is a chain as nft lists it.
type nftChain struct {
	Family   string `json:"family"`
	Table    string `json:"table"`
	Name     string `json:"name"`
	Hook     string `json:"hook"`
	Priority int    `json:"prio"`
}

// nftChains lists all chains of a family, without their rules.
func nftChains(ctx context.Context, h host.Host, f packet.Family) ([]nftChain, error) {
	res, err := h.Run(ctx, host.Command{Argv: []string{"nft", "-j", "list", "chains", nftFamily(f)}})
	if err != nil {
		return nil, err
	}
	if res.ExitCode != 0 {
		return nil, fmt.Errorf("nft list chains: exit code %d: %s", res.ExitCode, firstLine(res.Stderr))
	}
	var doc struct {
		NFTables []struct {
			Chain *nftChain `json:"chain"`
		} `json:"nftables"`
	}
	if err := json.Unmarshal(res.Stdout, &doc); err != nil {
		return nil, fmt.Errorf("nft list chains: %w", err)
	}
	var out []nftChain
	for _, o := range doc.NFTables {
		if o.Chain != nil {
			out = append(out, *o.Chain)
		}
	}
	return out, nil
}

// chainNames are the names of the target's chains.
func (t Target) chainNames(ctx context.Context, h host.Host) ([]string, error) {
	chains, err := nftChains(ctx, h, t.Family)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range chains {
		if c.Family == nftFamily(t.Family) && c.Table == t.Table {
			out = append(out, c.Name)
		}
	}
	return out, nil
}

// dropTable removes an nf_tables table that holds nothing but empty built-in
// chains: iptables makes both when they are first used, and has no command to
// take the table away. Nothing depends on success, since such a table does
// nothing; failures are therefore not reported.
func (t Target) dropTable(ctx context.Context, h host.Host) {
	table, err := t.save(ctx, h)
	if err != nil || !pristine(table) {
		return
	}
	res, err := h.Run(ctx, host.Command{Argv: []string{"nft", "-j", "list", "table", nftFamily(t.Family), t.Table}})
	if err != nil || res.ExitCode != 0 {
		return
	}
	var doc struct {
		NFTables []map[string]json.RawMessage `json:"nftables"`
	}
	if json.Unmarshal(res.Stdout, &doc) != nil {
		return
	}
	for _, object := range doc.NFTables {
		for kind := range object {
			if kind != "metainfo" && kind != "table" && kind != "chain" {
				return
			}
		}
	}
	_, _ = h.Run(ctx, host.Command{Argv: []string{"nft", "delete", "table", nftFamily(t.Family), t.Table}})
}
