package packet

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxPorts is how many ports one multiport match holds; a range takes two places.
const MaxPorts = 15

// PortRange is one port (Lo == Hi) or several.
type PortRange struct{ Lo, Hi uint16 }

// String is "80" or "1000:2000".
func (r PortRange) String() string {
	if r.Lo == r.Hi {
		return strconv.Itoa(int(r.Lo))
	}
	return fmt.Sprintf("%d:%d", r.Lo, r.Hi)
}

// Ports is a condition on a port: one of the ranges, or, negated, none.
type Ports struct {
	Ranges []PortRange
	Not    bool
}

// ParsePorts reads a list of ports and ranges. Negation is of the whole
// list: either every element has its "!" or none. Order and duplicates stay
// as written. Service names are refused, since hosts differ about them.
func ParsePorts(list []string) (Ports, error) {
	var p Ports
	places := 0
	for i, s := range list {
		text, not := SplitNot(s)
		if i > 0 && not != p.Not {
			return Ports{}, fmt.Errorf("%q: either all ports of a list are negated or none", s)
		}
		p.Not = not
		lo, hi, err := span("port", text, 65535)
		if err != nil {
			return Ports{}, err
		}
		if lo == 0 && hi == 65535 {
			if not {
				return Ports{}, fmt.Errorf("%q matches nothing: every port is in 0:65535", s)
			}
			return Ports{}, fmt.Errorf("%q is every port: leave the attribute out", s)
		}
		places++
		if lo != hi {
			places++
		}
		p.Ranges = append(p.Ranges, PortRange{uint16(lo), uint16(hi)})
	}
	switch {
	case len(list) == 0:
		return Ports{}, fmt.Errorf("the list of ports is empty: leave the attribute out")
	case len(list) > 1 && places > MaxPorts:
		return Ports{}, fmt.Errorf("the list takes %d places of the %d that one rule has (a range takes two): use two blocks", places, MaxPorts)
	}
	return p, nil
}

// Strings is the list as ParsePorts reads it.
func (p Ports) Strings() []string {
	out := make([]string, len(p.Ranges))
	for i, r := range p.Ranges {
		out[i] = mark(p.Not, r.String())
	}
	return out
}

// String joins the ranges with commas, without the negation.
func (p Ports) String() string {
	out := make([]string, len(p.Ranges))
	for i, r := range p.Ranges {
		out[i] = r.String()
	}
	return strings.Join(out, ",")
}
