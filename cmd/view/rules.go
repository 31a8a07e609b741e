package view

import (
	"fmt"
	"strings"
)

// OwnRule is a packet filter rule of ctplan's as it is on the host now.
type OwnRule struct {
	// Address is the resource's; empty for a rule that is of no resource.
	Address string `json:"address,omitempty"`
	Backend string `json:"backend"`
	Family  string `json:"family"`
	Table   string `json:"table"`
	// Chain is the built-in chain that leads to the rule.
	Chain string `json:"chain"`
	// Packets and Bytes are what has matched since the rule was made.
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
	// Rule is what iptables-save prints behind "-A CHAIN ".
	Rule string `json:"rule"`
}

// RulesText lists rules with what they have counted.
func RulesText(out *Output, rules []OwnRule) {
	p := out.page()
	defer p.flush()
	if len(rules) == 0 {
		p.text("ctplan has no packet filter rules on this host.")
		return
	}
	table := [][]string{{"PACKETS", "BYTES", "RESOURCE", "WHERE", "RULE"}}
	for _, r := range rules {
		table = append(table, []string{
			fmt.Sprint(r.Packets), fmt.Sprint(r.Bytes), clean(r.Address),
			clean(strings.Join([]string{r.Family, r.Table, r.Chain}, " ")), clean(r.Rule),
		})
	}
	p.table(table)
}

type rulesDocument struct {
	FormatVersion string    `json:"format_version"`
	Rules         []OwnRule `json:"rules"`
}

// RulesJSON writes the same as a document.
func RulesJSON(out *Output, rules []OwnRule) {
	if rules == nil {
		rules = []OwnRule{}
	}
	writeJSON(out, rulesDocument{"1.0", rules})
}
