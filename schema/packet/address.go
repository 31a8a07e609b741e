package packet

import (
	"fmt"
	"net/netip"
	"strings"
)

// Address is a condition on a source or destination.
type Address struct {
	// Prefix has its host bits cleared.
	Prefix netip.Prefix
	Not    bool
}

// ParseAddress reads an address or a network: "10.0.0.1", "10.0.0.0/8",
// "10.0.0.0/255.0.0.0", "2001:db8::/32", each with an optional "!". Host
// names are refused: they would be looked up once and then be wrong.
func ParseAddress(s string) (Address, error) {
	text, not := SplitNot(s)
	p, err := parsePrefix(text)
	if err != nil {
		return Address{}, err
	}
	if not && p.Bits() == 0 {
		return Address{}, fmt.Errorf("%q matches nothing: every address is in %s", s, p)
	}
	return Address{p.Masked(), not}, nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	wrong := fmt.Errorf("%q is not an IP address or network: write 10.0.0.1, 10.0.0.0/8 or 2001:db8::/32 (names are not looked up)", s)
	host, mask, masked := strings.Cut(s, "/")
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, wrong
	}
	if !masked {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	if m, err := netip.ParseAddr(mask); err == nil && m.Is4() == addr.Is4() {
		bits, ok := leadingOnes(m.AsSlice())
		if !ok {
			return netip.Prefix{}, fmt.Errorf("mask %s of %q has a gap: only prefixes are understood", mask, s)
		}
		return netip.PrefixFrom(addr, bits), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, wrong
	}
	return p, nil
}

func leadingOnes(mask []byte) (n int, ok bool) {
	ended := false
	for _, b := range mask {
		for bit := 7; bit >= 0; bit-- {
			switch set := b>>bit&1 == 1; {
			case set && ended:
				return 0, false
			case set:
				n++
			default:
				ended = true
			}
		}
	}
	return n, true
}

// Family of the address.
func (a Address) Family() Family { return FamilyOf(a.Prefix.Addr()) }

// Any reports that every packet of the family meets the condition.
func (a Address) Any() bool { return a.Prefix.Bits() == 0 }

// String is the address as ParseAddress reads it.
func (a Address) String() string { return mark(a.Not, a.Prefix.String()) }

// AddressRange is a condition on an address between two others.
type AddressRange struct {
	From, To netip.Addr
	Not      bool
}

// ParseAddressRange reads "10.0.0.1-10.0.0.9" or a single address.
func ParseAddressRange(s string) (AddressRange, error) {
	text, not := SplitNot(s)
	from, to, ranged := strings.Cut(text, "-")
	if !ranged {
		to = from
	}
	a, errA := netip.ParseAddr(strings.TrimSpace(from))
	b, errB := netip.ParseAddr(strings.TrimSpace(to))
	switch {
	case errA != nil || errB != nil || a.Zone() != "" || b.Zone() != "":
		return AddressRange{}, fmt.Errorf("%q is not an address range: write 10.0.0.1-10.0.0.9", s)
	case a.Is4() != b.Is4():
		return AddressRange{}, fmt.Errorf("%q mixes IPv4 and IPv6", s)
	case b.Less(a):
		return AddressRange{}, fmt.Errorf("address range %q runs backwards", s)
	}
	return AddressRange{a, b, not}, nil
}

// Family of the range.
func (r AddressRange) Family() Family { return FamilyOf(r.From) }

// String is the range as ParseAddressRange reads it.
func (r AddressRange) String() string {
	return mark(r.Not, r.From.String()+"-"+r.To.String())
}
