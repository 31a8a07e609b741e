package xtables

import (
	"context"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

var _ provider.DataSource = Provider{}

// DataTypes implements provider.DataSource.
func (Provider) DataTypes() []string { return []string{"rules"} }

// ReadData implements provider.DataSource: the live rules of one table.
func (Provider) ReadData(ctx context.Context, q provider.Query) (cty.Value, error) {
	argument := func(name, otherwise string) string {
		if v, ok := q.Config[name]; ok && !v.IsNull() {
			return v.AsString()
		}
		return otherwise
	}
	backend, version, err := Detect(ctx, q.Host)
	if err != nil {
		return cty.NilVal, err
	}
	t := Target{backend, packet.Family(argument("family", "ipv4")), argument("table", "filter")}
	if word := argument("backend", "auto"); word != "auto" {
		t.Backend = Backend(word)
		if version, err = t.version(ctx, q.Host); err != nil {
			return cty.NilVal, err
		}
	}
	if !slices.Contains(packet.Families, t.Family) || schema.HooksOf[t.Table] == nil || t.Backend != NFT && t.Backend != Legacy {
		return cty.NilVal, fmt.Errorf("there is no table %s: families are ipv4 and ipv6, tables filter, raw, mangle, nat and security, backends nft and legacy", t)
	}
	table, err := t.List(ctx, q.Host)
	if err != nil {
		return cty.NilVal, err
	}
	only := argument("chain", "")
	var rules []cty.Value
	if table != nil {
		for _, c := range table.Chains {
			if only != "" && c.Name != only {
				continue
			}
			for i, r := range c.Rules {
				rules = append(rules, ruleValue(c.Name, i+1, r))
			}
		}
	}
	list := cty.ListValEmpty(schema.RuleObject)
	if len(rules) > 0 {
		list = cty.ListVal(rules)
	}
	return cty.ObjectVal(map[string]cty.Value{
		"backend": cty.StringVal(string(t.Backend)),
		"chain":   optional(only),
		"family":  cty.StringVal(string(t.Family)),
		"table":   cty.StringVal(t.Table),
		"version": cty.StringVal(version.String()),
		"rules":   list,
	}), nil
}

func optional(s string) cty.Value {
	if s == "" {
		return cty.NullVal(cty.String)
	}
	return cty.StringVal(s)
}

func ruleValue(chain string, number int, r ruleset.Rule) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"chain":   cty.StringVal(chain),
		"number":  cty.NumberIntVal(int64(number)),
		"packets": cty.NumberUIntVal(r.Counters.Packets),
		"bytes":   cty.NumberUIntVal(r.Counters.Bytes),
		"target":  optional(ruleset.Target(r.Body)),
		"comment": optional(ruleset.Comment(r.Body)),
		"rule":    cty.StringVal(r.Body),
	})
}
