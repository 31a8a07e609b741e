package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema"
)

// rulesText is the text of a KindRules target; a table that is not there and
// one without anything of ctplan's are the same to it.
func rulesText(s *State) string {
	if s == nil {
		return ""
	}
	return s.Data
}

// composeRules joins what several resources want of one table, in the order
// of their addresses, which is the order of their rules.
func composeRules(parts []part) (*State, error) {
	contributions := make([]string, 0, len(parts))
	for _, p := range parts {
		contributions = append(contributions, p.lines)
	}
	data, err := ruleset.Compose(contributions)
	if err != nil {
		return nil, err
	}
	return &State{Data: data}, nil
}

// holdsRules reports whether a table has the rules of a setting. The table is
// read once for all resources that have rules in it.
func (b *builder) holdsRules(live *State, s Setting) bool {
	id := s.Target.ID()
	have, isRead := b.rules[id]
	if !isRead {
		have = &ruleset.Part{}
		if text := rulesText(live); text != "" {
			var err error
			if have, err = ruleset.ParsePart(text); err != nil {
				have = nil
			}
		}
		if b.rules == nil {
			b.rules = map[string]*ruleset.Part{}
		}
		b.rules[id] = have
	}
	want, err := ruleset.ParsePart(s.State.Data)
	return have != nil && err == nil && have.Holds(want)
}

// ruleLines are the rules of a resource in a state, for people: "ipv4 raw
// OUTPUT -p udp ...". An empty address stands for all resources.
func ruleLines(address string, t Target, s *State) any {
	p, err := ruleset.ParsePart(rulesText(s))
	if err != nil || s == nil {
		return nil
	}
	tag := schema.RuleTag(address)
	where := ""
	if words := strings.Split(t.Name, "/"); len(words) == 3 {
		where = words[1] + " " + words[2] + " "
	}
	var out []any
	for line := range p.Lines(func(comment string) bool {
		return address == "" || comment == tag || strings.HasPrefix(comment, tag+" ")
	}) {
		out = append(out, where+line)
	}
	if out == nil {
		return nil
	}
	return out
}

// mergeRules makes one row of the rules that a resource has in several tables.
func mergeRules(attrs []AttributeValue) []AttributeValue {
	var out []AttributeValue
	at := -1
	for _, a := range attrs {
		if a.Layer != Runtime || a.Name != rulesAttribute {
			out = append(out, a)
			continue
		}
		if at < 0 {
			at = len(out)
			out = append(out, a)
			continue
		}
		out[at].Before, out[at].After = joinLists(out[at].Before, a.Before), joinLists(out[at].After, a.After)
		out[at].Same = out[at].Same && a.Same
	}
	return out
}

// rulesAttribute is the row that shows a resource's rules.
const rulesAttribute = "rules"

func joinLists(a, b any) any {
	first, _ := a.([]any)
	second, _ := b.([]any)
	if len(first)+len(second) == 0 {
		return nil
	}
	return append(slices.Clone(first), second...)
}

// deviations says, rule by rule, how a table differs from what was applied.
func deviations(live, applied *State) []string {
	list, err := ruleset.Deviations(rulesText(live), rulesText(applied))
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, d := range list {
		out = append(out, d.String())
	}
	return out
}

// rulesName is "ipv4 raw rules (nft)" for "nft/ipv4/raw".
func rulesName(name string) string {
	words := strings.Split(name, "/")
	if len(words) != 3 {
		return name
	}
	return fmt.Sprintf("%s %s rules (%s)", words[1], words[2], words[0])
}

// rulesShell is the restore that the operation amounts to. What other tools
// have in the built-in chains is not part of it: a position beside their
// rules is worked out when the operation runs.
func (o Operation) rulesShell() []string {
	words := strings.Split(o.Target.Name, "/")
	if len(words) != 3 {
		return nil
	}
	script, err := ruleset.Preview(rulesText(o.Before), rulesText(o.After))
	if err != nil || script == "" {
		return nil
	}
	tool := "iptables"
	if words[1] == "ipv6" {
		tool = "ip6tables"
	}
	return []string{fmt.Sprintf("printf %%s %s | %s-%s-restore --noflush --counters -w", quote(script), tool, words[0])}
}
