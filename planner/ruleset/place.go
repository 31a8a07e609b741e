package ruleset

// Place is where a jump would be put into a built-in chain.
type Place struct {
	// Number is the rule number that it gets, from 1.
	Number int
	// Below and Above are the rules next to it, or "".
	Below, Above string
}

// Neighbours says what is next to the place: ", below -j X, above -j Y", or
// "" in an empty chain.
func (p Place) Neighbours() string {
	out := ""
	if p.Below != "" {
		out += ", below " + brief(p.Below)
	}
	if p.Above != "" {
		out += ", above " + brief(p.Above)
	}
	return out
}

// PlaceOf finds the place for a position among the rules of a built-in chain,
// which may be nil. It is false where the neighbour is not there.
func PlaceOf(c *Chain, at Position) (Place, bool) {
	if c == nil {
		c = &Chain{}
	}
	foreign := foreignRules(c)
	slot, ok := at.slot(foreign)
	if !ok {
		return Place{}, false
	}
	var p Place
	above := 0
	for i, r := range c.Rules {
		if _, own, _ := parseJump(c.Name, r.Body); own {
			continue
		}
		if above == slot {
			p.Number, p.Above = i+1, r.Body
			break
		}
		above++
	}
	if p.Number == 0 {
		p.Number = len(c.Rules) + 1
	}
	if p.Number > 1 {
		p.Below = c.Rules[p.Number-2].Body
	}
	return p, true
}
