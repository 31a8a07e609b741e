package ruleset

import (
	"fmt"
	"strings"
)

// Extract finds ctplan's part in a table as the host listed it, and notes
// where the jumps stand and between what.
func Extract(t *Table) *Part {
	p := &Part{Table: t.Name}
	for _, c := range t.Chains {
		switch {
		case Owned(c.Name):
			p.Chains = append(p.Chains, &Chain{Name: c.Name, Policy: "-", Rules: c.Rules})
		case c.BuiltIn():
			p.Jumps = append(p.Jumps, jumpsIn(c)...)
			p.Notes = append(p.Notes, neighbours(c)...)
		}
	}
	return p
}

// jumpsIn lists the jumps of a built-in chain. A second one of the same kind,
// one that was edited, and one in the wrong place get their number.
func jumpsIn(c *Chain) []Jump {
	var out []Jump
	foreign := foreignRules(c)
	settled := map[string]bool{}
	above := 0
	for i, r := range c.Rules {
		at, own, exact := parseJump(c.Name, r.Body)
		if !own {
			above++
			continue
		}
		j := Jump{Hook: c.Name, Number: i + 1, Rule: r}
		if exact && !settled[r.Body] && at.holds(above, foreign) {
			j.Number = 0
			settled[r.Body] = true
		}
		out = append(out, j)
	}
	return out
}

func foreignRules(c *Chain) []Rule {
	var out []Rule
	for _, r := range c.Rules {
		if _, own, _ := parseJump(c.Name, r.Body); !own {
			out = append(out, r)
		}
	}
	return out
}

// neighbours says of every jump where it stands: "INPUT: rule 3 of 7 calls
// CTPLAN-LOG-IN, below -j DOCKER-USER, above -j ACCEPT".
func neighbours(c *Chain) []string {
	var out []string
	for i, r := range c.Rules {
		if _, own, _ := parseJump(c.Name, r.Body); !own {
			continue
		}
		note := fmt.Sprintf(placeNote, c.Name+":", i+1, len(c.Rules), Target(r.Body))
		if i > 0 {
			note += ", below " + brief(c.Rules[i-1].Body)
		}
		if i+1 < len(c.Rules) {
			note += ", above " + brief(c.Rules[i+1].Body)
		}
		out = append(out, note)
	}
	return out
}

// brief shortens a rule to one line of bounded length.
func brief(body string) string {
	body = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, body)
	if runes := []rune(body); len(runes) > 80 {
		return string(runes[:77]) + "..."
	}
	return body
}
