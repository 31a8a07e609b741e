package schema

import "github.com/zclconf/go-cty/cty"

// RuleObject is a live rule as data "rules" blocks answer it.
var RuleObject = cty.Object(map[string]cty.Type{
	"chain":   cty.String,
	"number":  cty.Number,
	"packets": cty.Number,
	"bytes":   cty.Number,
	"target":  cty.String,
	"comment": cty.String,
	"rule":    cty.String,
})

// rulesDataType is the kind of data block that lists live packet filter rules.
var rulesDataType = DataType{
	Name:    "rules",
	Summary: "The live packet filter rules of one table, with their counters.",
	Arguments: []DataAttribute{
		{Name: "backend", Type: cty.String, Description: "`nft` or `legacy`; the one that the host's iptables command uses when not set."},
		{Name: "chain", Type: cty.String, Description: "Only rules of this chain."},
		{Name: "family", Type: cty.String, Description: "`ipv4` (default) or `ipv6`."},
		{Name: "table", Type: cty.String, Description: "`filter` (default), `raw`, `mangle`, `nat` or `security`."},
	},
	Attributes: []DataAttribute{
		{Name: "rules", Type: cty.List(RuleObject), Description: "The rules in their order: `chain`, `number` (from 1), `packets`, `bytes`, `target`, `comment`, and `rule`, the rule as `iptables-save` prints it without `-A` and the chain. Counters differ from one plan to the next: use them in `check` blocks."},
		{Name: "version", Type: cty.String, Description: "Version of iptables, `1.8.9`."},
	},
}
