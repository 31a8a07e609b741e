package host

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/schema/packet"
)

// ParseFlow reads one line of /proc/net/nf_conntrack:
//
//	ipv4     2 tcp      6 57 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=3 dport=4 src=... [ASSURED] mark=0 use=2
//
// Fields that it does not know are passed over; offloaded flows have no
// timeout. A line without both directions is none. Source: kernel,
// ct_seq_show in nf_conntrack_standalone.c.
func ParseFlow(line string) (Flow, bool) {
	words := strings.Fields(line)
	if len(words) < 6 {
		return Flow{}, false
	}
	protocol, err := strconv.ParseUint(words[3], 10, 8)
	family := packet.Family(words[0])
	if err != nil || family != packet.IPv4 && family != packet.IPv6 {
		return Flow{}, false
	}
	f := Flow{Family: family, Protocol: uint8(protocol), Replied: true}
	at := &f.Original
	for _, word := range words[4:] {
		key, value, assigned := strings.Cut(word, "=")
		switch {
		case word == "[UNREPLIED]":
			f.Replied = false
		case word == "[ASSURED]":
			f.Assured = true
		case !assigned && !f.Original.Source.IsValid() && word[0] >= 'A' && word[0] <= 'Z':
			f.State = word
		case key == "src" && f.Original.Source.IsValid():
			at = &f.Reply
			at.set(key, value)
		case key == "mark":
			f.Mark = uint32(parseNumber(value, 32))
		case key == "zone":
			f.Zone = uint16(parseNumber(value, 16))
		default:
			at.set(key, value)
		}
	}
	ends := []netip.Addr{f.Original.Source, f.Original.Destination, f.Reply.Source, f.Reply.Destination}
	for _, a := range ends {
		if !a.IsValid() || packet.FamilyOf(a) != family {
			return Flow{}, false
		}
	}
	return f, true
}

// set takes over one field of a direction.
func (t *Tuple) set(key, value string) {
	switch key {
	case "src":
		t.Source, _ = netip.ParseAddr(value)
	case "dst":
		t.Destination, _ = netip.ParseAddr(value)
	case "sport", "srckey":
		t.Sport = uint16(parseNumber(value, 16))
	case "dport", "dstkey":
		t.Dport = uint16(parseNumber(value, 16))
	case "type":
		t.ICMPType = uint8(parseNumber(value, 8))
	case "code":
		t.ICMPCode = uint8(parseNumber(value, 8))
	case "id":
		t.ICMPID = uint16(parseNumber(value, 16))
	case "zone-orig", "zone-reply":
		t.Zone = uint16(parseNumber(value, 16))
	}
}

// parseNumber reads a decimal or 0x number of the kernel's; 0 if it is none.
func parseNumber(s string, bits int) uint64 {
	n, err := strconv.ParseUint(s, 0, bits)
	if err != nil {
		return 0
	}
	return n
}
