package xtables

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/schema/packet"
)

func itoa(n int) string { return strconv.Itoa(n) }

// shorten bounds a rule's text for messages.
func shorten(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 100 {
		return string(runes[:97]) + "..."
	}
	return s
}

// relation of two conditions on the same field.
type relation int

const (
	overlapping relation = iota
	covering             // every packet that meets the second meets the first
	disjoint             // no packet meets both
)

// covers reports whether every packet that matches inner matches outer too.
// States are not looked at: they are the caller's business.
func covers(outer, inner *packet.Match) bool {
	return all(relations, covering, outer, inner) && len(outer.Raw) == 0 && simple(outer)
}

// overlap reports whether some packet can match both.
func overlap(a, b *packet.Match) bool { return none(relations, a, b) }

// all reports whether every field has a relation.
func all(fields []relate, want relation, a, b *packet.Match) bool {
	for _, f := range fields {
		if f(a, b) != want {
			return false
		}
	}
	return true
}

// none reports whether no field keeps the two apart.
func none(fields []relate, a, b *packet.Match) bool {
	for _, f := range fields {
		if f(a, b) == disjoint {
			return false
		}
	}
	return true
}

// simple reports whether a match consists only of what relations compares.
func simple(m *packet.Match) bool {
	return m.ICMP == nil && m.Flags == nil && m.Mark == nil && m.MAC == nil && m.UID == nil && m.GID == nil &&
		m.SrcType == nil && m.DstType == nil && m.SrcRange == nil && m.DstRange == nil && m.Length == nil &&
		m.TTL == nil && m.PacketType == nil && m.Set == nil
}

// relate compares one condition of two matches.
type relate func(a, b *packet.Match) relation

// relations are all of them, the most telling ones first; endRelations those
// that a packet's answer has as well.
var (
	endRelations = relations[:5]
	relations    = []relate{
		func(a, b *packet.Match) relation { return protocolRelation(a.Protocol, b.Protocol) },
		func(a, b *packet.Match) relation { return portRelation(a.Dport, b.Dport) },
		func(a, b *packet.Match) relation { return portRelation(a.Sport, b.Sport) },
		func(a, b *packet.Match) relation { return addressRelation(a.Source, b.Source) },
		func(a, b *packet.Match) relation { return addressRelation(a.Destination, b.Destination) },
		func(a, b *packet.Match) relation { return interfaceRelation(a.In, b.In) },
		func(a, b *packet.Match) relation { return interfaceRelation(a.Out, b.Out) },
	}
)

func addressRelation(a, b *packet.Address) relation {
	switch {
	case a == nil:
		return covering
	case b == nil:
		return overlapping
	}
	inside := a.Prefix.Bits() <= b.Prefix.Bits() && a.Prefix.Contains(b.Prefix.Addr())
	meet := a.Prefix.Overlaps(b.Prefix)
	around := b.Prefix.Bits() <= a.Prefix.Bits() && b.Prefix.Contains(a.Prefix.Addr())
	return signed(a.Not, b.Not, inside, meet, around)
}

// signed turns the relation of two sets into that of the sets or their
// complements. inside: b is a subset of a; around: a is a subset of b.
func signed(notA, notB, inside, meet, around bool) relation {
	switch {
	case !notA && !notB && inside, notA && !notB && !meet, notA && notB && around:
		return covering
	case !notA && !notB && !meet, notA && !notB && inside, !notA && notB && around:
		return disjoint
	}
	return overlapping
}

func interfaceRelation(a, b *packet.Interface) relation {
	switch {
	case a == nil:
		return covering
	case b == nil:
		return overlapping
	}
	inside, around := within(b.Name, a.Name), within(a.Name, b.Name)
	return signed(a.Not, b.Not, inside, inside || around, around)
}

// within reports whether every interface that the inner name means is one
// that the outer name means.
func within(inner, outer string) bool {
	if prefix, ok := strings.CutSuffix(outer, "+"); ok {
		return strings.HasPrefix(strings.TrimSuffix(inner, "+"), prefix)
	}
	return inner == outer
}

func protocolRelation(a, b *packet.Protocol) relation {
	switch {
	case a == nil:
		return covering
	case b == nil:
		return overlapping
	}
	equal := a.Number == b.Number
	return signed(a.Not, b.Not, equal, equal, equal)
}

func portRelation(a, b *packet.Ports) relation {
	switch {
	case a == nil:
		return covering
	case b == nil:
		return overlapping
	}
	inside, meet, around := true, false, true
	for _, r := range b.Ranges {
		inside = inside && slices.ContainsFunc(a.Ranges, func(o packet.PortRange) bool { return o.Lo <= r.Lo && r.Hi <= o.Hi })
		meet = meet || slices.ContainsFunc(a.Ranges, func(o packet.PortRange) bool { return o.Lo <= r.Hi && r.Lo <= o.Hi })
	}
	for _, r := range a.Ranges {
		around = around && slices.ContainsFunc(b.Ranges, func(o packet.PortRange) bool { return o.Lo <= r.Lo && r.Hi <= o.Hi })
	}
	return signed(a.Not, b.Not, inside, meet, around)
}

// starves reports whether a condition on the connection's state keeps the
// rule from ever matching an untracked packet.
func starves(m *packet.Match) bool {
	if m.State == nil {
		return false
	}
	return slices.Contains(m.State.List, "UNTRACKED") == m.State.Not
}
