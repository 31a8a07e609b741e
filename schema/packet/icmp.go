package packet

import (
	"fmt"
	"strconv"
	"strings"
)

// ICMPType is a condition on an ICMP message.
type ICMPType struct {
	Type uint8
	// Code is -1 where every code of the type will do.
	Code int
	Not  bool
}

// ParseICMPType reads "8", "3/3" or a name of the family's own list, since
// the numbers of the two families have nothing in common.
func ParseICMPType(f Family, s string) (ICMPType, error) {
	text, not := SplitNot(s)
	names := icmpNames
	if f == IPv6 {
		names = icmp6Names
	}
	lower := strings.ToLower(text)
	if number, ok := names[lower]; ok {
		lower = number
	}
	kind, code, coded := strings.Cut(lower, "/")
	wrong := fmt.Errorf("%q is not an %s message: write a name like echo-request, a type like 3, or type/code like 3/1", s, icmpName(f))
	n, err := strconv.ParseUint(kind, 10, 8)
	if err != nil {
		return ICMPType{}, wrong
	}
	out := ICMPType{Type: uint8(n), Code: -1, Not: not}
	if coded {
		c, err := strconv.ParseUint(code, 10, 8)
		if err != nil {
			return ICMPType{}, wrong
		}
		out.Code = int(c)
	}
	if f == IPv4 && n == 255 {
		return ICMPType{}, fmt.Errorf("ICMP type 255 means every message to iptables: leave icmp_type out")
	}
	return out, nil
}

func icmpName(f Family) string {
	if f == IPv6 {
		return "ICMPv6"
	}
	return "ICMP"
}

// Number is "8" or "3/3".
func (t ICMPType) Number() string {
	if t.Code < 0 {
		return strconv.Itoa(int(t.Type))
	}
	return fmt.Sprintf("%d/%d", t.Type, t.Code)
}

// String is the type as ParseICMPType reads it.
func (t ICMPType) String() string { return mark(t.Not, t.Number()) }

// icmpNames are the names of RFC 792 and RFC 1812 that iptables knows.
var icmpNames = map[string]string{
	"echo-reply": "0", "pong": "0",
	"destination-unreachable": "3", "network-unreachable": "3/0", "host-unreachable": "3/1",
	"protocol-unreachable": "3/2", "port-unreachable": "3/3", "fragmentation-needed": "3/4",
	"source-route-failed": "3/5", "network-unknown": "3/6", "host-unknown": "3/7",
	"network-prohibited": "3/9", "host-prohibited": "3/10", "tos-network-unreachable": "3/11",
	"tos-host-unreachable": "3/12", "communication-prohibited": "3/13",
	"host-precedence-violation": "3/14", "precedence-cutoff": "3/15",
	"source-quench": "4",
	"redirect":      "5", "network-redirect": "5/0", "host-redirect": "5/1",
	"tos-network-redirect": "5/2", "tos-host-redirect": "5/3",
	"echo-request": "8", "ping": "8",
	"router-advertisement": "9", "router-solicitation": "10",
	"time-exceeded": "11", "ttl-exceeded": "11", "ttl-zero-during-transit": "11/0",
	"ttl-zero-during-reassembly": "11/1",
	"parameter-problem":          "12", "ip-header-bad": "12/0", "required-option-missing": "12/1",
	"timestamp-request": "13", "timestamp-reply": "14",
	"address-mask-request": "17", "address-mask-reply": "18",
}

// icmp6Names are the names of RFC 4443 and RFC 4861 that ip6tables knows.
var icmp6Names = map[string]string{
	"destination-unreachable": "1", "no-route": "1/0", "communication-prohibited": "1/1",
	"beyond-scope": "1/2", "address-unreachable": "1/3", "port-unreachable": "1/4",
	"failed-policy": "1/5", "reject-route": "1/6",
	"packet-too-big": "2",
	"time-exceeded":  "3", "ttl-exceeded": "3", "ttl-zero-during-transit": "3/0",
	"ttl-zero-during-reassembly": "3/1",
	"parameter-problem":          "4", "bad-header": "4/0", "unknown-header-type": "4/1", "unknown-option": "4/2",
	"echo-request": "128", "ping": "128", "echo-reply": "129", "pong": "129",
	"router-solicitation": "133", "router-advertisement": "134",
	"neighbour-solicitation": "135", "neighbor-solicitation": "135",
	"neighbour-advertisement": "136", "neighbor-advertisement": "136",
	"redirect": "137",
}
