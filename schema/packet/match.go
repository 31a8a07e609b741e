package packet

// Match is what one rule looks at; a nil condition is met by every packet.
// All conditions must be met.
type Match struct {
	Source, Destination *Address
	In, Out             *Interface
	Protocol            *Protocol
	Sport, Dport        *Ports
	ICMP                *ICMPType
	Flags               *TCPFlags
	State               *Words // of StateNames
	Mark                *Mark
	MAC                 *MAC
	UID, GID            *Owner
	SrcType, DstType    *Words // of AddrTypeNames
	SrcRange, DstRange  *AddressRange
	Length              *Length
	TTL                 *TTL
	PacketType          *Words // one of PacketTypeNames
	Set                 *Set
	// Raw holds the arguments of other matches, as iptables takes them.
	Raw []string
}

// Mirror is the match of the packets that answer: the ends trade places.
// Conditions that are not about an end stay. Interfaces stay as well, since
// a packet and its answer pass different hooks, which Expand sees to.
func (m Match) Mirror() Match {
	m.Source, m.Destination = m.Destination, m.Source
	m.Sport, m.Dport = m.Dport, m.Sport
	m.SrcType, m.DstType = m.DstType, m.SrcType
	m.SrcRange, m.DstRange = m.DstRange, m.SrcRange
	if m.Set != nil {
		s := *m.Set
		s.Directions = nil
		for _, d := range m.Set.Directions {
			s.Directions = append(s.Directions, map[string]string{"src": "dst", "dst": "src"}[d])
		}
		m.Set = &s
	}
	return m
}

// Flag condition of a connection's first packet: what --syn means.
var synFlags = TCPFlags{Mask: []string{"FIN", "SYN", "RST", "ACK"}, Set: []string{"SYN"}}

// Syn is the condition that a TCP packet opens a connection, or does not.
func Syn(open bool) *TCPFlags {
	f := synFlags
	f.Not = !open
	return &f
}
