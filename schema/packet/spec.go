package packet

import (
	"fmt"
	"slices"
)

// Spec is what a block says about packets: a Match whose addresses are lists
// and whose ICMP type still depends on the family.
type Spec struct {
	Match
	Sources, Destinations []Address
	// ICMPText is the ICMP type as written.
	ICMPText string
}

// ConflictError says which attribute keeps a family from having rules.
type ConflictError struct {
	Attribute string
	Text      string
}

func (e *ConflictError) Error() string { return e.Text }

// Families are those that the conditions leave possible. Where families are
// declared, a condition that excludes one of them is a *ConflictError;
// otherwise the rules are made for what remains of both.
func (s Spec) Families(declared []Family) ([]Family, error) {
	allowed := declared
	if len(declared) == 0 {
		allowed = Families
	}
	for _, c := range s.bounds() {
		var kept []Family
		for _, f := range allowed {
			if slices.Contains(c.families, f) {
				kept = append(kept, f)
			} else if len(declared) > 0 {
				return nil, &ConflictError{c.attribute, fmt.Sprintf("%s, but families lists %s", c.why, f)}
			}
		}
		if len(kept) == 0 {
			return nil, &ConflictError{c.attribute, fmt.Sprintf("%s, and other attributes allow only %s", c.why, allowed[0])}
		}
		allowed = kept
	}
	for _, list := range []struct {
		name      string
		addresses []Address
	}{{"source", s.Sources}, {"destination", s.Destinations}} {
		for _, a := range list.addresses {
			if len(declared) > 0 && !slices.Contains(declared, a.Family()) {
				return nil, &ConflictError{list.name, fmt.Sprintf("%s is an %s address, but families lists only %s", a, a.Family(), declared[0])}
			}
		}
	}
	return allowed, nil
}

// bound is a condition that exists in some families only.
type bound struct {
	attribute string
	families  []Family
	why       string
}

func (s Spec) bounds() []bound {
	var out []bound
	add := func(attribute, why string, families ...Family) {
		out = append(out, bound{attribute, families, why})
	}
	if p := s.Protocol; p != nil && !p.Not {
		switch p.Number {
		case ICMP:
			add("protocol", "protocol icmp is IPv4's (icmpv6 is the other)", IPv4)
		case ICMPv6:
			add("protocol", "protocol icmpv6 is IPv6's (icmp is the other)", IPv6)
		}
	}
	for _, list := range []struct {
		name      string
		addresses []Address
	}{{"source", s.Sources}, {"destination", s.Destinations}} {
		var families []Family
		for _, a := range list.addresses {
			if !slices.Contains(families, a.Family()) {
				families = append(families, a.Family())
			}
		}
		if len(families) > 0 {
			add(list.name, fmt.Sprintf("%s has only %s addresses", list.name, families[0]), families...)
		}
	}
	if r := s.SrcRange; r != nil {
		add("src_range", fmt.Sprintf("%s is an %s range", r, r.Family()), r.Family())
	}
	if r := s.DstRange; r != nil {
		add("dst_range", fmt.Sprintf("%s is an %s range", r, r.Family()), r.Family())
	}
	return out
}

// Expand multiplies the lists of addresses out: one Match for each pair of a
// source and a destination of the family. The order is that of the lists.
func (s Spec) Expand(f Family) ([]Match, error) {
	base := s.Match
	if s.ICMPText != "" {
		t, err := ParseICMPType(f, s.ICMPText)
		if err != nil {
			return nil, err
		}
		base.ICMP = &t
	}
	sources, destinations := of(f, s.Sources), of(f, s.Destinations)
	out := make([]Match, 0, len(sources)*len(destinations))
	for _, src := range sources {
		for _, dst := range destinations {
			base.Source, base.Destination = src, dst
			out = append(out, base)
		}
	}
	return out, nil
}

// of picks a family's addresses; no address at all is one condition that
// every packet meets.
func of(f Family, list []Address) []*Address {
	if len(list) == 0 {
		return []*Address{nil}
	}
	out := make([]*Address, 0, len(list))
	for i := range list {
		switch a := &list[i]; {
		case a.Family() != f:
		case a.Any():
			out = append(out, nil)
		default:
			out = append(out, a)
		}
	}
	return out
}

// ParseAddresses reads a list of addresses. Each makes a rule of its own, so
// that a negated one beside others would let every packet through one of
// the rules: it must stand alone.
func ParseAddresses(list []string) ([]Address, error) {
	out := make([]Address, 0, len(list))
	seen := make(map[Address]bool, len(list))
	count := map[Family]int{}
	negated := map[Family]Address{}
	for _, s := range list {
		a, err := ParseAddress(s)
		if err != nil {
			return nil, err
		}
		if seen[a] {
			return nil, fmt.Errorf("%s is in the list twice", a)
		}
		seen[a] = true
		count[a.Family()]++
		if a.Not {
			negated[a.Family()] = a
		}
		out = append(out, a)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the list of addresses is empty: no rule would be made; use enabled = false for that")
	}
	for _, f := range Families {
		if a, ok := negated[f]; ok && count[f] > 1 {
			return nil, fmt.Errorf("%s stands in a list: each address makes a rule of its own, so that together they match everything; use an ipset (set) to exclude several networks", a)
		}
	}
	return out, nil
}
