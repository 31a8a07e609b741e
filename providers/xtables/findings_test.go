package xtables

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// analyse runs the analysis over listings of live IPv4 tables.
func analyse(t *testing.T, ssh *SSHConnection, listing string, resources ...*schema.Resource) []planner.Finding {
	t.Helper()
	tables, err := ruleset.Parse(listing)
	if err != nil {
		t.Fatal(err)
	}
	live := map[Target]*ruleset.Table{}
	for _, table := range tables {
		live[Target{NFT, packet.IPv4, table.Name}] = table
	}
	var wants []*want
	for _, r := range resources {
		r.Attrs["families"] = schema.Attr{Value: strs("ipv4")}
		w := &want{resource: r, rules: map[Target][]Rule{}}
		for _, rule := range must(Expand(r)) {
			target := Target{NFT, rule.Family, rule.Table}
			if w.rules[target] == nil {
				w.targets = append(w.targets, target)
			}
			w.rules[target] = append(w.rules[target], rule)
		}
		wants = append(wants, w)
	}
	a := newAnalysis(live, wants, ssh)
	a.blocks()
	return a.out
}

func codes(findings []planner.Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Code)
	}
	return strings.Join(out, " ")
}

const stateful = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT
-A INPUT -p udp -m udp --dport 53 -j ACCEPT
COMMIT
`

func TestStarvedRulesAreFound(t *testing.T) {
	client := func() *schema.Resource {
		return resource("notrack", "dns", values{"protocol": str("udp"), "dport": cty.NumberIntVal(53), "role": str("client")})
	}
	server := func() *schema.Resource {
		return resource("notrack", "dns", values{"protocol": str("udp"), "dport": cty.NumberIntVal(53), "role": str("server")})
	}
	accepted := strings.Replace(stateful, "-A INPUT -i lo", "-A INPUT -p udp -m udp --sport 53 -m conntrack --ctstate UNTRACKED -j ACCEPT\n-A INPUT -i lo", 1)
	for name, c := range map[string]struct {
		listing  string
		resource *schema.Resource
		want     string
		says     string
	}{
		"a client's replies meet the policy": {stateful, client(), CodeStarved,
			"iptables -I INPUT 1 -p udp -m udp --sport 53 -m conntrack --ctstate UNTRACKED -j ACCEPT"},
		"a server's requests are accepted by port":  {stateful, server(), "", ""},
		"replies accepted as UNTRACKED":             {accepted, client(), "", ""},
		"no filter at all":                          {"", client(), "", ""},
		"policy ACCEPT":                             {strings.Replace(stateful, ":INPUT DROP", ":INPUT ACCEPT", 1), client(), "", ""},
		"a closing REJECT instead of the policy":    {strings.Replace(strings.Replace(stateful, ":INPUT DROP", ":INPUT ACCEPT", 1), "COMMIT", "-A INPUT -j REJECT --reject-with icmp-port-unreachable\nCOMMIT", 1), client(), CodeStarved, "INPUT rule 5"},
		"the state rule in a chain further down":    {strings.Replace(strings.Replace(stateful, "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "-A INPUT -j STATES\n-A STATES -m state --state RELATED,ESTABLISHED -j ACCEPT", 1), ":OUTPUT", ":STATES - [0:0]\n:OUTPUT", 1), client(), CodeStarved, "STATES rule 1"},
		"a negated state that lets UNTRACKED match": {strings.Replace(stateful, "--ctstate RELATED,ESTABLISHED", "! --ctstate INVALID,NEW", 1), client(), "", ""},
	} {
		findings := analyse(t, nil, c.listing, c.resource)
		var about []planner.Finding
		for _, f := range findings {
			if f.Code == CodeStarved {
				about = append(about, f)
			}
		}
		// FORWARD drops everything here and accepts nothing by state.
		if codes(about) != c.want {
			t.Errorf("%s: got %q, want %q: %+v", name, codes(about), c.want, about)
			continue
		}
		if c.want != "" && !strings.Contains(about[0].Detail, c.says) {
			t.Errorf("%s: %s does not say %q", name, about[0].Detail, c.says)
		}
	}
}

func TestCuttingOnesOwnConnectionIsAnError(t *testing.T) {
	ssh, err := ParseSSHConnection("192.0.2.1 51234 192.0.2.2 22")
	if err != nil {
		t.Fatal(err)
	}
	notrack := func(port int64) *schema.Resource {
		return resource("notrack", "ssh", values{"protocol": str("tcp"), "dport": cty.NumberIntVal(port), "role": str("server")})
	}
	findings := analyse(t, ssh, stateful, notrack(22))
	if codes(findings) != CodeLoseSSH || findings[0].Severity != planner.SeverityError || !strings.Contains(findings[0].Detail, "Your own ssh connection") {
		t.Errorf("got %+v", findings)
	}
	if findings := analyse(t, ssh, stateful, notrack(80)); strings.Contains(codes(findings), CodeLoseSSH) {
		t.Errorf("port 80 cuts ssh: %+v", findings)
	}
	for _, bad := range []string{"x", "a b c d", "1.2.3.4 5 6.7.8.9 70000"} {
		if _, err := ParseSSHConnection(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if c, err := ParseSSHConnection("fe80::1%eth0 1 ::ffff:10.0.0.1 22"); err != nil || c.Server != netip.MustParseAddr("10.0.0.1") {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestRulesThatNeedTrackingAreFound(t *testing.T) {
	listing := `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:INPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 80 -m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr -j DROP
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp
COMMIT
`
	for _, c := range []struct {
		protocol string
		port     int64
		says     []string
	}{
		{"tcp", 8080, []string{"DOCKER rule 1", "POSTROUTING rule 1"}},
		{"tcp", 80, []string{"POSTROUTING rule 1", "INPUT rule 1"}},
		{"tcp", 21, []string{"POSTROUTING rule 1", "PREROUTING rule 1"}},
		{"udp", 53, []string{"POSTROUTING rule 1"}},
	} {
		r := resource("notrack", "x", values{"protocol": str(c.protocol), "dport": cty.NumberIntVal(c.port), "role": str("server")})
		var got []string
		for _, f := range analyse(t, nil, listing, r) {
			if f.Code == CodeNeedsTracking {
				got = append(got, f.Detail)
			}
		}
		for _, want := range c.says {
			if !strings.Contains(strings.Join(got, "\n"), want) {
				t.Errorf("%s/%d: %q does not say %s", c.protocol, c.port, got, want)
			}
		}
		if len(got) != len(c.says) {
			t.Errorf("%s/%d: %d findings, want %d: %q", c.protocol, c.port, len(got), len(c.says), got)
		}
	}
}

func TestOneSidedAndShadowedNotrackIsFound(t *testing.T) {
	half := func() *schema.Resource {
		return resource("notrack", "half", values{"protocol": str("udp"), "dport": cty.NumberIntVal(53), "chains": strs("PREROUTING")})
	}
	if got := codes(analyse(t, nil, "", half())); got != CodeOneDirection {
		t.Errorf("one chain: %q", got)
	}
	other := resource("notrack", "other", values{"protocol": str("udp"), "sport": cty.NumberIntVal(53), "chains": strs("OUTPUT")})
	if got := codes(analyse(t, nil, "", half(), other)); got != "" {
		t.Errorf("two blocks that answer each other: %q", got)
	}
	elsewhere := "*raw\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p udp -m udp --sport 53 -j CT --notrack\nCOMMIT\n"
	if got := codes(analyse(t, nil, elsewhere, half())); got != "" {
		t.Errorf("another tool's rule answers: %q", got)
	}
	both := resource("notrack", "dns", values{"protocol": str("udp"), "dport": cty.NumberIntVal(53), "role": str("server"), "position": str("last")})
	docker := "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -p udp -j ACCEPT\nCOMMIT\n"
	if got := codes(analyse(t, nil, docker, both)); got != CodeShadowed {
		t.Errorf("below an ACCEPT: %q", got)
	}
	first := resource("notrack", "dns", values{"protocol": str("udp"), "dport": cty.NumberIntVal(53), "role": str("server")})
	if got := codes(analyse(t, nil, docker, first)); got != "" {
		t.Errorf("above it: %q", got)
	}
}

func TestLogFindings(t *testing.T) {
	closing := "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -j DROP\n-A INPUT -j REJECT --reject-with icmp-port-unreachable\nCOMMIT\n"
	limit := cty.ObjectVal(values{"rate": str("1/second")})
	log := func(v values) *schema.Resource {
		v["chains"] = strs("INPUT")
		return resource("log_rule", "x", v)
	}
	for name, c := range map[string]struct {
		resource *schema.Resource
		want     string
	}{
		"as it should be":             {log(values{"prefix": str("x: "), "limit": limit}), ""},
		"a prefix without a blank":    {log(values{"prefix": str("x:"), "limit": limit}), CodePrefixBlank},
		"no limit":                    {log(values{"prefix": str("x: ")}), CodeUnlimited},
		"NFLOG without limit":         {log(values{"target": str("NFLOG")}), ""},
		"last, below the closing one": {log(values{"position": str("last"), "limit": limit}), CodeUnreachable},
		"before the closing one":      {log(values{"position": str("before_verdict"), "limit": limit}), ""},
		"tcp below the tcp DROP":      {log(values{"position": str("before_verdict"), "protocol": str("tcp"), "limit": limit}), CodeUnreachable},
		"udp below the tcp DROP":      {log(values{"position": str("before_verdict"), "protocol": str("udp"), "limit": limit}), ""},
		"a state that was accepted":   {log(values{"position": str("before_verdict"), "protocol": str("udp"), "ctstate": str("ESTABLISHED"), "limit": limit}), CodeUnreachable},
	} {
		if got := codes(analyse(t, nil, closing, c.resource)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// relations are held against packets picked at random.
func TestRelationsAgreeWithPackets(t *testing.T) {
	addresses := []string{"", "10.0.0.0/8", "10.1.0.0/16", "!10.0.0.0/8", "!10.1.0.0/16", "192.168.0.0/16", "10.1.2.3"}
	ports := []string{"", "53", "1:100", "!53", "!1:100", "80 443", "!80 443"}
	protocols := []string{"", "tcp", "udp", "!tcp", "!udp"}
	build := func(a, p, proto string) packet.Match {
		var m packet.Match
		if a != "" {
			m.Source = ptr(must(packet.ParseAddress(a)))
		}
		if proto != "" {
			m.Protocol = ptr(must(packet.ParseProtocol(proto)))
		}
		if p != "" {
			list := strings.Fields(p)
			if list[0][0] == '!' {
				for i := range list[1:] {
					list[i+1] = "!" + list[i+1]
				}
			}
			m.Dport = ptr(must(packet.ParsePorts(list)))
		}
		return m
	}
	hits := func(m packet.Match, addr netip.Addr, port uint16, proto uint8) bool {
		if m.Source != nil && m.Source.Prefix.Contains(addr) == m.Source.Not {
			return false
		}
		if m.Protocol != nil && (m.Protocol.Number == proto) == m.Protocol.Not {
			return false
		}
		if m.Dport != nil {
			in := false
			for _, r := range m.Dport.Ranges {
				in = in || r.Lo <= port && port <= r.Hi
			}
			return in != m.Dport.Not
		}
		return true
	}
	var all []packet.Match
	for _, a := range addresses {
		for _, p := range ports {
			for _, proto := range protocols {
				all = append(all, build(a, p, proto))
			}
		}
	}
	for _, x := range all {
		for _, y := range all {
			both, onlyY := false, false
			for _, a := range []string{"10.1.2.3", "10.1.9.9", "10.9.9.9", "192.168.1.1", "8.8.8.8"} {
				for _, port := range []uint16{53, 50, 80, 443, 8080} {
					for _, proto := range []uint8{6, 17, 47} {
						addr := netip.MustParseAddr(a)
						inX, inY := hits(x, addr, port, proto), hits(y, addr, port, proto)
						both, onlyY = both || inX && inY, onlyY || inY && !inX
					}
				}
			}
			if both && !overlap(&x, &y) {
				t.Fatalf("%s and %s overlap", matchText(packet.IPv4, x), matchText(packet.IPv4, y))
			}
			if onlyY && covers(&x, &y) {
				t.Fatalf("%s does not cover %s", matchText(packet.IPv4, x), matchText(packet.IPv4, y))
			}
		}
	}
}
