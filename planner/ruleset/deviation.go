package ruleset

import (
	"fmt"
	"slices"
	"strings"
)

// Class is a way in which the host differs from what was applied.
type Class string

// The ways. Each is one line of a drift report.
const (
	JumpMissing    Class = "jump-missing"
	JumpMoved      Class = "jump-moved"
	JumpDuplicated Class = "jump-duplicated"
	JumpEdited     Class = "jump-edited"
	JumpAdded      Class = "jump-added"
	ChainMissing   Class = "chain-missing"
	ChainFlushed   Class = "chain-flushed"
	ChainAdded     Class = "chain-added"
	RuleDeleted    Class = "rule-deleted"
	RuleAdded      Class = "rule-added"
	RuleEdited     Class = "rule-edited"
	RuleMoved      Class = "rule-moved"
)

// Deviation is one difference between the host and what was applied.
type Deviation struct {
	Class Class
	// Chain is the chain of ctplan's, or for jumps the built-in chain.
	Chain string
	// Number is the rule's place in the chain on the host, from 1; 0 where
	// it is not there.
	Number int
	// Want and Have are the rule as applied and as found.
	Want, Have string
}

// String says it in one line.
func (d Deviation) String() string {
	switch d.Class {
	case JumpMissing:
		return fmt.Sprintf("%s: the jump to %s is missing", d.Chain, Target(d.Want))
	case JumpMoved:
		return fmt.Sprintf("%s: the jump to %s is rule %d, and no longer where it was put (%s)", d.Chain, Target(d.Have), d.Number, declared(d.Have))
	case JumpDuplicated:
		return fmt.Sprintf("%s: rule %d is a second jump to %s", d.Chain, d.Number, Target(d.Have))
	case JumpEdited:
		return fmt.Sprintf("%s: rule %d is an edited jump: %s", d.Chain, d.Number, brief(unmarked(d.Have)))
	case JumpAdded:
		return fmt.Sprintf("%s: rule %d is a jump that ctplan did not make: %s", d.Chain, d.Number, brief(unmarked(d.Have)))
	case ChainMissing:
		return "the chain " + d.Chain + " is gone"
	case ChainFlushed:
		return "the chain " + d.Chain + " was flushed"
	case ChainAdded:
		return "the chain " + d.Chain + " was added"
	case RuleDeleted:
		return fmt.Sprintf("%s: deleted: %s", d.Chain, brief(unmarked(d.Want)))
	case RuleAdded:
		return fmt.Sprintf("%s: rule %d was added: %s", d.Chain, d.Number, brief(unmarked(d.Have)))
	case RuleEdited:
		return fmt.Sprintf("%s: rule %d was edited: %s, was %s", d.Chain, d.Number, brief(unmarked(d.Have)), brief(unmarked(d.Want)))
	}
	return fmt.Sprintf("%s: rule %d was moved: %s", d.Chain, d.Number, brief(unmarked(d.Have)))
}

func declared(jump string) string {
	_, at, _ := strings.Cut(strings.TrimPrefix(Comment(jump), jumpPrefix), ":")
	return at
}

// Deviations lists how the part on the host differs from the part applied;
// none exactly if Same. Both are texts of parts, "" for none.
func Deviations(live, applied string) ([]Deviation, error) {
	have, err := parseOrEmpty(live)
	if err != nil {
		return nil, err
	}
	want, err := parseOrEmpty(applied)
	if err != nil {
		return nil, err
	}
	out := jumpDeviations(have, want)
	for _, c := range want.Chains {
		found := have.Chain(c.Name)
		switch {
		case found == nil:
			out = append(out, Deviation{Class: ChainMissing, Chain: c.Name})
		case len(found.Rules) == 0 && len(c.Rules) > 0:
			out = append(out, Deviation{Class: ChainFlushed, Chain: c.Name})
		default:
			out = append(out, ruleDeviations(found, c)...)
		}
	}
	for _, c := range have.Chains {
		if want.Chain(c.Name) == nil {
			out = append(out, Deviation{Class: ChainAdded, Chain: c.Name})
		}
	}
	return out, nil
}

func parseOrEmpty(text string) (*Part, error) {
	if strings.TrimSpace(text) == "" {
		return &Part{}, nil
	}
	return ParsePart(text)
}

func jumpDeviations(have, want *Part) []Deviation {
	var out []Deviation
	wanted := func(j Jump) bool {
		return slices.ContainsFunc(want.Jumps, func(w Jump) bool { return w.Hook == j.Hook && w.Rule.Body == j.Rule.Body })
	}
	for _, w := range want.Jumps {
		if !slices.ContainsFunc(have.Jumps, func(j Jump) bool { return w.Hook == j.Hook && w.Rule.Body == j.Rule.Body }) {
			out = append(out, Deviation{Class: JumpMissing, Chain: w.Hook, Want: w.Rule.Body})
		}
	}
	seen := map[string]bool{}
	for _, j := range have.Jumps {
		d := Deviation{Chain: j.Hook, Number: j.Number, Have: j.Rule.Body}
		key := j.Hook + " " + j.Rule.Body
		_, _, exact := parseJump(j.Hook, j.Rule.Body)
		switch {
		case j.Number == 0 && wanted(j):
			seen[key] = true
			continue
		case seen[key]:
			d.Class = JumpDuplicated
		case wanted(j):
			d.Class = JumpMoved
		case exact:
			d.Class = JumpAdded
		default:
			d.Class = JumpEdited
		}
		seen[key] = true
		out = append(out, d)
	}
	return out
}

// ruleDeviations compares one chain. A rule that is found elsewhere in it was
// moved; one whose comment is found on another text was edited.
func ruleDeviations(have, want *Chain) []Deviation {
	type lone struct {
		number int
		body   string
	}
	var added, deleted []lone
	i, j := 0, 0
	for _, e := range diff(bodies(want.Rules), bodies(have.Rules)) {
		switch e {
		case keep:
			i, j = i+1, j+1
		case drop:
			deleted = append(deleted, lone{0, want.Rules[i].Body})
			i++
		case take:
			added = append(added, lone{j + 1, have.Rules[j].Body})
			j++
		}
	}
	var out []Deviation
	take := func(match func(a, d lone) bool, class Class) {
		for k := 0; k < len(added); k++ {
			a := added[k]
			m := slices.IndexFunc(deleted, func(d lone) bool { return match(a, d) })
			if m < 0 {
				continue
			}
			out = append(out, Deviation{class, have.Name, a.number, deleted[m].body, a.body})
			deleted = slices.Delete(deleted, m, m+1)
			added = slices.Delete(added, k, k+1)
			k--
		}
	}
	take(func(a, d lone) bool { return a.body == d.body }, RuleMoved)
	take(func(a, d lone) bool { return Comment(a.body) != "" && Comment(a.body) == Comment(d.body) }, RuleEdited)
	for _, d := range deleted {
		out = append(out, Deviation{RuleDeleted, have.Name, 0, d.body, ""})
	}
	for _, a := range added {
		out = append(out, Deviation{RuleAdded, have.Name, a.number, "", a.body})
	}
	slices.SortStableFunc(out, func(a, b Deviation) int { return a.Number - b.Number })
	return out
}
