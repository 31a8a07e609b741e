package packet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Protocol is a condition on the transport protocol.
type Protocol struct {
	Number uint8
	Not    bool
}

// Numbers of the protocols that the language has rules about (IANA).
const (
	ICMP    uint8 = 1
	TCP     uint8 = 6
	UDP     uint8 = 17
	DCCP    uint8 = 33
	ESP     uint8 = 50
	AH      uint8 = 51
	ICMPv6  uint8 = 58
	SCTP    uint8 = 132
	UDPLite uint8 = 136
)

// protocolNames are the names understood, which mean the same on every host.
var protocolNames = map[string]uint8{
	"icmp": ICMP, "igmp": 2, "ipip": 4, "ipencap": 4, "tcp": TCP, "udp": UDP, "dccp": DCCP, "ipv6": 41,
	"gre": 47, "esp": ESP, "ah": AH, "icmpv6": ICMPv6, "ipv6-icmp": ICMPv6, "ospf": 89, "pim": 103,
	"vrrp": 112, "l2tp": 115, "sctp": SCTP, "mh": 135, "udplite": UDPLite,
}

// ParseProtocol reads a protocol's name or number.
func ParseProtocol(s string) (Protocol, error) {
	text, not := SplitNot(s)
	if n, ok := protocolNames[strings.ToLower(text)]; ok {
		return Protocol{n, not}, nil
	}
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil {
		return Protocol{}, fmt.Errorf("%q is not a protocol: use one of %s, or a number up to 255", s, strings.Join(ProtocolNames(), ", "))
	}
	if n == 0 {
		return Protocol{}, fmt.Errorf("protocol 0 means every protocol: leave the attribute out")
	}
	return Protocol{uint8(n), not}, nil
}

// ProtocolNames are the names that ParseProtocol knows, sorted.
func ProtocolNames() []string {
	var out []string
	for name := range protocolNames {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// HasPorts reports whether packets of the protocol carry ports in the
// place where rules look for them.
func (p Protocol) HasPorts() bool {
	switch p.Number {
	case TCP, UDP, DCCP, SCTP, UDPLite:
		return !p.Not
	}
	return false
}

// Name is the protocol's usual name, or its number.
func (p Protocol) Name() string {
	switch p.Number {
	case ICMP:
		return "icmp"
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case DCCP:
		return "dccp"
	case ESP:
		return "esp"
	case AH:
		return "ah"
	case ICMPv6:
		return "ipv6-icmp"
	case SCTP:
		return "sctp"
	case UDPLite:
		return "udplite"
	}
	return strconv.Itoa(int(p.Number))
}

// String is the protocol as ParseProtocol reads it.
func (p Protocol) String() string { return mark(p.Not, p.Name()) }
