package flows

import (
	"net/netip"
	"slices"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

// Matches reports whether packets of either direction of a flow can meet a
// match. Conditions that an entry of the table does not show, such as an
// interface or a mark, count as met; see packet.ShownByFlow.
func Matches(m *packet.Match, f host.Flow) bool {
	if p := m.Protocol; p != nil && (p.Number == f.Protocol) == p.Not {
		return false
	}
	return meets(m, f.Original) || meets(m, f.Reply)
}

// meets compares the ends of one direction's packets.
func meets(m *packet.Match, t host.Tuple) bool {
	return within(m.Source, t.Source) && within(m.Destination, t.Destination) &&
		between(m.SrcRange, t.Source) && between(m.DstRange, t.Destination) &&
		among(m.Sport, t.Sport) && among(m.Dport, t.Dport)
}

func within(a *packet.Address, addr netip.Addr) bool {
	return a == nil || a.Prefix.Contains(addr) != a.Not
}

func between(r *packet.AddressRange, addr netip.Addr) bool {
	return r == nil || (r.From.Compare(addr) <= 0 && addr.Compare(r.To) <= 0) != r.Not
}

func among(p *packet.Ports, port uint16) bool {
	return p == nil || slices.ContainsFunc(p.Ranges, func(r packet.PortRange) bool { return r.Lo <= port && port <= r.Hi }) != p.Not
}

// MatchesAny reports whether a flow of a family meets one of several matches.
func MatchesAny(family packet.Family, matches []packet.Match, f host.Flow) bool {
	if f.Family != family {
		return false
	}
	for i := range matches {
		if Matches(&matches[i], f) {
			return true
		}
	}
	return false
}
