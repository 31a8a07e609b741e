package ruleset

import "fmt"

// Compose makes one part of what several resources contribute, in the order
// given, which becomes the order of the rules. Chains that grow beyond
// MaxRules are split into pieces, which the chain then calls one by one.
func Compose(contributions []string) (string, error) {
	whole := &Part{}
	jumps := map[string]bool{}
	chains := map[string]*Chain{}
	for _, text := range contributions {
		p, err := ParsePart(text)
		if err != nil {
			return "", err
		}
		if whole.Table == "" {
			whole.Table = p.Table
		} else if whole.Table != p.Table {
			return "", fmt.Errorf("a contribution to table %s is about table %s", whole.Table, p.Table)
		}
		for _, c := range p.Chains {
			into := chains[c.Name]
			if into == nil {
				into = &Chain{Name: c.Name, Policy: "-"}
				chains[c.Name] = into
				whole.Chains = append(whole.Chains, into)
			}
			into.Rules = append(into.Rules, c.Rules...)
		}
		for _, j := range p.Jumps {
			if key := j.Hook + " " + j.Rule.Body; !jumps[key] {
				jumps[key] = true
				whole.Jumps = append(whole.Jumps, Jump{Hook: j.Hook, Rule: Rule{Body: j.Rule.Body}})
			}
		}
	}
	whole.split()
	return whole.String(), nil
}

// split divides chains that are too long.
func (p *Part) split() {
	for _, c := range p.Chains {
		if len(c.Rules) <= MaxRules {
			continue
		}
		rules := c.Rules
		c.Rules = nil
		for n := 1; len(rules) > 0; n++ {
			size := min(MaxRules, len(rules))
			shard := &Chain{Name: shardName(c.Name, n), Policy: "-", Rules: rules[:size]}
			rules = rules[size:]
			p.Chains = append(p.Chains, shard)
			c.Rules = append(c.Rules, Rule{Body: "-j " + shard.Name})
		}
	}
}
