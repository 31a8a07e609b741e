package packet

import (
	"strings"
	"testing"
)

// parsers reads a text and prints what was understood.
var parsers = map[string]func(string) (string, error){
	"address": func(s string) (string, error) { v, err := ParseAddress(s); return v.String(), err },
	"range":   func(s string) (string, error) { v, err := ParseAddressRange(s); return v.String(), err },
	"ports": func(s string) (string, error) {
		v, err := ParsePorts(strings.Split(s, " "))
		return strings.Join(v.Strings(), " "), err
	},
	"protocol":  func(s string) (string, error) { v, err := ParseProtocol(s); return v.String(), err },
	"icmp":      func(s string) (string, error) { v, err := ParseICMPType(IPv4, s); return v.String(), err },
	"icmp6":     func(s string) (string, error) { v, err := ParseICMPType(IPv6, s); return v.String(), err },
	"interface": func(s string) (string, error) { v, err := ParseInterface(s); return v.String(), err },
	"mark":      func(s string) (string, error) { v, err := ParseMark(s); return v.String(), err },
	"mac":       func(s string) (string, error) { v, err := ParseMAC(s); return v.String(), err },
	"owner":     func(s string) (string, error) { v, err := ParseOwner(s); return v.String(), err },
	"length":    func(s string) (string, error) { v, err := ParseLength(s); return v.String(), err },
	"ttl":       func(s string) (string, error) { v, err := ParseTTL(s); return v.String(), err },
	"set":       func(s string) (string, error) { v, err := ParseSet(s); return v.String(), err },
	"rate":      func(s string) (string, error) { v, err := ParseRate(s); return v.String(), err },
	"state": func(s string) (string, error) {
		v, err := ParseWords("state", StateNames, strings.Split(s, ","))
		return strings.Join(v.Strings(), ","), err
	},
}

func TestConditionsHaveOneSpelling(t *testing.T) {
	for _, c := range []struct{ parser, in, want string }{
		{"address", "10.0.0.1", "10.0.0.1/32"},
		{"address", "10.1.2.3/8", "10.0.0.0/8"},
		{"address", "! 10.0.0.0/255.255.0.0", "!10.0.0.0/16"},
		{"address", "0.0.0.0/0", "0.0.0.0/0"},
		{"address", "2001:DB8:0:0:0:0:0:1", "2001:db8::1/128"},
		{"address", "fe80::/ffc0::", "fe80::/10"},
		{"range", "10.0.0.1", "10.0.0.1-10.0.0.1"},
		{"range", "!2001:db8::1-2001:db8::9", "!2001:db8::1-2001:db8::9"},
		{"ports", "!3406", "!3406"},
		{"ports", "443 80 1024:", "443 80 1024:65535"},
		{"ports", "80:80", "80"},
		{"protocol", "TCP", "tcp"},
		{"protocol", "!17", "!udp"},
		{"protocol", "icmpv6", "ipv6-icmp"},
		{"protocol", "253", "253"},
		{"icmp", "ping", "8"},
		{"icmp", "!port-unreachable", "!3/3"},
		{"icmp6", "echo-request", "128"},
		{"interface", "! eth+", "!eth+"},
		{"interface", "eth0.100", "eth0.100"},
		{"mark", "1", "0x1"},
		{"mark", "!0x1/0xffffffff", "!0x1"},
		{"mark", "0x10/0xf0", "0x10/0xf0"},
		{"mac", "AA:0:11:22:33:4", ""},
		{"mac", "AA:00:11:22:33:04", "aa:00:11:22:33:04"},
		{"owner", "www-data", "www-data"},
		{"owner", "1000-1999", "1000-1999"},
		{"length", ":100", "0:100"},
		{"length", "!100:100", "!100"},
		{"ttl", "< 5", "<5"},
		{"ttl", "!64", "!64"},
		{"set", "! blocked  src,dst", "!blocked src,dst"},
		{"rate", "10/sec", "10/second"},
		{"rate", "5/m", "5/minute"},
		{"rate", "3", "3/second"},
		{"state", "related,ESTABLISHED,NEW", "NEW,RELATED,ESTABLISHED"},
	} {
		got, err := parsers[c.parser](c.in)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s %q: want an error, got %q", c.parser, c.in, got)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s %q: got %q, %v; want %q", c.parser, c.in, got, err, c.want)
			continue
		}
		if again, err := parsers[c.parser](got); err != nil || again != got {
			t.Errorf("%s %q is not stable: then %q, %v", c.parser, got, again, err)
		}
	}
}

func TestWhatCannotMatchOrBreaksOutIsRefused(t *testing.T) {
	for _, c := range []struct{ parser, in, says string }{
		{"address", "!0.0.0.0/0", "matches nothing"},
		{"address", "!::/0", "matches nothing"},
		{"address", "localhost", "names are not looked up"},
		{"address", "10.0.0.0/255.0.255.0", "gap"},
		{"address", "fe80::1%eth0", "not an IP address"},
		{"address", "10.0.0.1 -j ACCEPT", "not an IP address"},
		{"range", "10.0.0.9-10.0.0.1", "backwards"},
		{"range", "10.0.0.9-::1", "mixes"},
		{"ports", "http", "not a port"},
		{"ports", "010", "octal"},
		{"ports", "70000", "above 65535"},
		{"ports", "90:80", "backwards"},
		{"ports", "!0:65535", "matches nothing"},
		{"ports", ":", "no end"},
		{"ports", "!80 443", "all ports"},
		{"ports", "1 2 3 4 5 6 7 8 9 10 11 12 13 14:15 16", "places"},
		{"protocol", "0", "every protocol"},
		{"protocol", "nope", "not a protocol"},
		{"icmp", "255", "every message"},
		{"icmp6", "host-unreachable", "not an ICMPv6 message"},
		{"interface", "a-name-of-sixteen", "bytes"},
		{"interface", "!+", "matches nothing"},
		{"interface", "eth0\nCOMMIT", "control character"},
		{"interface", `eth"0`, "not an interface name"},
		{"interface", "-j", "not an interface name"},
		{"interface", strings.Repeat("x", 10_000), "10000 bytes"},
		{"mark", "0x100/0xff", "never match"},
		{"mark", "1/0", "no bit"},
		{"owner", "a b", "not a user or group ID"},
		{"set", "blocked", "one direction per dimension"},
		{"set", `x" src`, "one direction per dimension"},
		{"rate", "0/second", "nothing"},
		{"rate", "5/week", "not a rate"},
		{"ttl", "!<5", "negated"},
		{"state", "NEW,!INVALID", "negated"},
	} {
		if got, err := parsers[c.parser](c.in); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %q: got %q, %v; want an error saying %q", c.parser, c.in, got, err, c.says)
		}
	}
}

func TestTCPFlags(t *testing.T) {
	f, err := ParseTCPFlags([]string{"rst", "SYN"}, []string{"syn"})
	if err != nil || strings.Join(f.Mask, ",") != "SYN,RST" || strings.Join(f.Set, ",") != "SYN" {
		t.Errorf("got %v, %v", f, err)
	}
	if f, err := ParseTCPFlags([]string{"ALL"}, []string{"NONE"}); err != nil || len(f.Mask) != 6 || len(f.Set) != 0 {
		t.Errorf("ALL NONE: got %v, %v", f, err)
	}
	if _, err := ParseTCPFlags([]string{"RST"}, []string{"SYN"}); err == nil {
		t.Error("a flag outside the mask can never be seen, but was accepted")
	}
}

func TestRawMatchStaysInsideTheMatch(t *testing.T) {
	good := [][]string{
		{"-m", "u32", "--u32", "0>>22&0x3C@0>>24=0"},
		{"-m", "string", "--string", "-j ACCEPT \"x\" \\", "--algo", "bm"},
		{"-m", "statistic", "--mode", "random", "--probability", "0.5", "-m", "recent", "--set"},
		{"-m", "tcpmss", "!", "--mss", "-5"},
	}
	for _, args := range good {
		// The second one is an argument's value that looks like an option.
		if err := CheckRaw(args); err != nil && args[1] != "string" {
			t.Errorf("%q: %v", args, err)
		}
	}
	for _, args := range [][]string{
		nil, {"-m"}, {"--u32", "x"}, {"-m", "u32", "-j", "ACCEPT"}, {"-m", "u32", "--jump", "ACCEPT"},
		{"-m", "u32", "--jump=ACCEPT"}, {"-m", "u32", "-jACCEPT"}, {"-m", "u32\nCOMMIT"}, {"-m", "x y"},
		{"-m", "comment", "--comment", "a\nb"}, {"-m", "comment", "--comment", strings.Repeat("x", 2000)},
		{"-m", "comment", "-s", "10.0.0.1"},
	} {
		if CheckRaw(args) == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}

func TestMirrorIsItsOwnInverse(t *testing.T) {
	src, _ := ParseAddress("10.0.0.1")
	dport, _ := ParsePorts([]string{"53"})
	set, _ := ParseSet("x src,dst")
	m := Match{Source: &src, Dport: &dport, Set: &set}
	once := m.Mirror()
	if once.Destination != &src || once.Source != nil || once.Sport != &dport || once.Dport != nil || once.Set.Directions[0] != "dst" {
		t.Errorf("mirror: %+v", once)
	}
	if twice := once.Mirror(); twice.Source != m.Source || twice.Dport != m.Dport || twice.Set.String() != m.Set.String() {
		t.Errorf("twice: %+v", twice)
	}
}

func TestRatesAreRoundedAsTheKernelDoes(t *testing.T) {
	for in, want := range map[string]string{
		"10/second": "10/second", "60/minute": "1/second", "24/day": "1/hour", "7000/second": "10000/second",
		"90/minute": "90/minute", "11/minute": "11/minute", "120/minute": "2/second", "48/day": "2/hour", "1/day": "1/day",
	} {
		r, err := ParseRate(in)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := r.Rounded(LimitScale)
		if !ok || got.String() != want {
			t.Errorf("%s is %s, want %s", in, got, want)
		}
	}
	if _, ok := (Rate{20000, 1}).Rounded(LimitScale); ok {
		t.Error("20000/second is above the limiter's scale, but was accepted")
	}
}
