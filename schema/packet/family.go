package packet

import "net/netip"

// Family is an address family, by the name that the language uses.
type Family string

// The address families that have packet filter tables of this kind.
const (
	IPv4 Family = "ipv4"
	IPv6 Family = "ipv6"
)

// Families are all of them, in the order in which plans show them.
var Families = []Family{IPv4, IPv6}

// Bits is the length of the family's addresses.
func (f Family) Bits() int {
	if f == IPv6 {
		return 128
	}
	return 32
}

// FamilyOf tells an address's family. An IPv4-mapped IPv6 address is IPv6:
// that is the header such a packet has.
func FamilyOf(a netip.Addr) Family {
	if a.Is4() {
		return IPv4
	}
	return IPv6
}
