package xtables

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// choice is something that a rule can have, and where it can have it.
type choice struct {
	name  string
	apply func(r *Rule)
	// hooks restricts the choice; none means all of the table's.
	hooks    string
	family   packet.Family // "" is both
	protocol string        // what must be matched besides, "" is nothing
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ptr[T any](v T) *T { return &v }

// choices is every condition in many of its forms.
func choices() []choice {
	var out []choice
	add := func(c choice) { out = append(out, c) }
	for _, s := range []string{"10.0.0.1", "10.0.0.0/8", "!192.168.0.0/16", "224.0.0.0/4"} {
		a := must(packet.ParseAddress(s))
		add(choice{name: "source " + s, family: packet.IPv4, apply: func(r *Rule) { r.Match.Source = &a }})
		add(choice{name: "destination " + s, family: packet.IPv4, apply: func(r *Rule) { r.Match.Destination = &a }})
	}
	for _, s := range []string{"2001:db8::/32", "!fe80::/10", "::1", "::ffff:10.0.0.1", "::10.0.0.1", "2001:db8:0:0:1::", "1:0:0:2:0:0:0:3"} {
		a := must(packet.ParseAddress(s))
		add(choice{name: "source " + s, family: packet.IPv6, apply: func(r *Rule) { r.Match.Source = &a }})
		add(choice{name: "destination " + s, family: packet.IPv6, apply: func(r *Rule) { r.Match.Destination = &a }})
	}
	for _, s := range []string{"eth0", "!lo", "veth+", "!wg+", "eth0.100", "a=b", "@x"} {
		i := must(packet.ParseInterface(s))
		add(choice{name: "in " + s, hooks: "PREROUTING INPUT FORWARD", apply: func(r *Rule) { r.Match.In = &i }})
		add(choice{name: "out " + s, hooks: "FORWARD OUTPUT POSTROUTING", apply: func(r *Rule) { r.Match.Out = &i }})
	}
	for _, s := range []string{"tcp", "!udp", "udplite", "sctp", "esp", "ah", "dccp", "253"} {
		p := must(packet.ParseProtocol(s))
		add(choice{name: "protocol " + s, apply: func(r *Rule) { r.Match.Protocol = &p }})
	}
	out = append(out, portChoices()...)
	out = append(out, icmpChoices()...)
	out = append(out, valueChoices()...)
	out = append(out, wordChoices()...)
	out = append(out, limitChoices()...)
	return append(out, actionChoices()...)
}

func portChoices() []choice {
	var out []choice
	for _, protocol := range []string{"tcp", "udp", "sctp", "dccp", "udplite"} {
		for _, list := range []string{"53", "!3406", "1000:2000", "!0:1023", "443 80", "!443 80:90 8080", "0", "!0", "!65535", "!1024:", "!0:65534", "65535", "!0:1", "!1:65534"} {
			fields := strings.Fields(list)
			if fields[0][0] == '!' {
				for i := range fields[1:] {
					fields[i+1] = "!" + fields[i+1]
				}
			}
			p := must(packet.ParsePorts(fields))
			out = append(out,
				choice{name: "sport " + list, protocol: protocol, apply: func(r *Rule) { r.Match.Sport = &p }},
				choice{name: "dport " + list, protocol: protocol, apply: func(r *Rule) { r.Match.Dport = &p }})
		}
	}
	for _, f := range [][2]string{{"RST", "RST"}, {"ALL", "NONE"}, {"ALL", "ALL"}, {"SYN RST", "SYN"}, {"URG PSH", "NONE"}} {
		flags := must(packet.ParseTCPFlags(strings.Fields(f[0]), strings.Fields(f[1])))
		negated := flags
		negated.Not = true
		out = append(out,
			choice{name: fmt.Sprint("flags ", f), protocol: "tcp", apply: func(r *Rule) { r.Match.Flags = &flags }},
			choice{name: fmt.Sprint("not flags ", f), protocol: "tcp", apply: func(r *Rule) { r.Match.Flags = &negated }})
	}
	for _, open := range []bool{true, false} {
		out = append(out, choice{name: fmt.Sprint("syn ", open), protocol: "tcp", apply: func(r *Rule) { r.Match.Flags = packet.Syn(open) }})
	}
	return out
}

func icmpChoices() []choice {
	var out []choice
	for _, s := range []string{"ping", "3", "3/3", "!port-unreachable", "!8", "11/0", "17", "254", "8/0"} {
		out = append(out, choice{name: "icmp " + s, family: packet.IPv4, protocol: "icmp",
			apply: func(r *Rule) { r.Match.ICMP = ptr(must(packet.ParseICMPType(packet.IPv4, s))) }})
	}
	for _, s := range []string{"ping", "1", "1/4", "!neighbour-solicitation", "!2", "3/0", "255", "128/0"} {
		out = append(out, choice{name: "icmpv6 " + s, family: packet.IPv6, protocol: "icmpv6",
			apply: func(r *Rule) { r.Match.ICMP = ptr(must(packet.ParseICMPType(packet.IPv6, s))) }})
	}
	return out
}

func valueChoices() []choice {
	var out []choice
	for _, s := range []string{"0", "1", "!0x10", "0x10/0xf0", "!0x0/0xff", "4294967295"} {
		out = append(out, choice{name: "mark " + s, apply: func(r *Rule) { r.Match.Mark = ptr(must(packet.ParseMark(s))) }})
	}
	for _, s := range []string{"00:16:3E:00:00:01", "!02:00:00:00:00:00"} {
		out = append(out, choice{name: "mac " + s, hooks: "PREROUTING INPUT FORWARD", apply: func(r *Rule) { r.Match.MAC = ptr(must(packet.ParseMAC(s))) }})
	}
	for _, s := range []string{"0", "!1000", "1000-1999", "!0-99"} {
		out = append(out,
			choice{name: "uid " + s, hooks: "OUTPUT POSTROUTING", apply: func(r *Rule) { r.Match.UID = ptr(must(packet.ParseOwner(s))) }},
			choice{name: "gid " + s, hooks: "OUTPUT POSTROUTING", apply: func(r *Rule) { r.Match.GID = ptr(must(packet.ParseOwner(s))) }})
	}
	for family, list := range map[packet.Family][]string{packet.IPv4: {"10.0.0.1-10.0.0.9", "!10.0.0.7"}, packet.IPv6: {"::1-::9", "!2001:db8::10.0.0.1"}} {
		for _, s := range list {
			a := must(packet.ParseAddressRange(s))
			out = append(out,
				choice{name: "src_range " + s, family: family, apply: func(r *Rule) { r.Match.SrcRange = &a }},
				choice{name: "dst_range " + s, family: family, apply: func(r *Rule) { r.Match.DstRange = &a }})
		}
	}
	for _, s := range []string{"100", "100:200", "!:99", "1000:", "!1500"} {
		out = append(out, choice{name: "length " + s, apply: func(r *Rule) { r.Match.Length = ptr(must(packet.ParseLength(s))) }})
	}
	for _, s := range []string{"64", "!1", "<5", ">128", "255"} {
		out = append(out, choice{name: "ttl " + s, apply: func(r *Rule) { r.Match.TTL = ptr(must(packet.ParseTTL(s))) }})
	}
	return out
}

func wordChoices() []choice {
	var out []choice
	add := func(name, list string, vocabulary []string, family packet.Family, set func(*Rule, *packet.Words)) {
		fields := strings.Split(list, ",")
		w := must(packet.ParseWords("word", vocabulary, fields))
		out = append(out, choice{name: name + " " + list, family: family, apply: func(r *Rule) { set(r, &w) }})
	}
	for _, s := range []string{"NEW", "RELATED,ESTABLISHED", "!INVALID", "!UNTRACKED,!NEW", "SNAT,DNAT,NEW"} {
		add("ctstate", s, packet.StateNames, "", func(r *Rule, w *packet.Words) { r.Match.State = w })
	}
	for _, s := range []string{"LOCAL", "!UNICAST", "MULTICAST,LOCAL"} {
		add("src_type", s, packet.AddrTypeNames, "", func(r *Rule, w *packet.Words) { r.Match.SrcType = w })
		add("dst_type", s, packet.AddrTypeNames, "", func(r *Rule, w *packet.Words) { r.Match.DstType = w })
	}
	for _, s := range []string{"BROADCAST,MULTICAST", "!BLACKHOLE,!PROHIBIT"} {
		add("dst_type", s, packet.AddrTypeNames, packet.IPv4, func(r *Rule, w *packet.Words) { r.Match.DstType = w })
	}
	for _, s := range []string{"unicast", "!broadcast", "multicast"} {
		add("pkttype", s, packet.PacketTypeNames, "", func(r *Rule, w *packet.Words) { r.Match.PacketType = w })
	}
	return out
}

func limitChoices() []choice {
	var out []choice
	for _, s := range []string{"10/second", "60/minute", "7/minute", "90/minute", "7000/second", "3/hour", "120/hour"} {
		rate := must(packet.ParseRate(s))
		for _, burst := range []int64{1, 5, 20} {
			out = append(out, choice{name: fmt.Sprint("limit ", s, burst), apply: func(r *Rule) { r.Limit = &Limit{rate, burst} }})
		}
	}
	for _, s := range []string{"10/second", "60/minute", "90/minute", "7/hour", "24/day", "100000/second"} {
		rate := must(packet.ParseRate(s))
		for i, h := range []Hashlimit{
			{Name: "a", Burst: 5}, {Name: "b.c_d-e", Above: true, Burst: 9, Mode: []string{"srcip", "dstport"}},
			{Name: "f", Burst: 1, Mode: []string{"srcip", "srcport", "dstip", "dstport"}, SrcMask: ptr(int64(24)), DstMask: ptr(int64(32))},
			{Name: "g", Burst: 5, Mode: []string{"dstip"}, DstMask: ptr(int64(0)), Size: 100, Max: 200, Expire: 3000, GCInterval: 500},
			{Name: "h", Burst: 5, Expire: 60000, GCInterval: 1000},
		} {
			h.Rate = rate
			out = append(out, choice{name: fmt.Sprint("hashlimit ", s, i), apply: func(r *Rule) { r.Hashlimit = &h }})
		}
	}
	return out
}

func actionChoices() []choice {
	var out []choice
	for _, prefix := range []string{"", "drop: ", "plain", `"quoted" `, `back\slash `, "it's ", "ünï ", strings.Repeat("x", 29), "a=b ", "-j ACCEPT "} {
		for lvl := range 8 {
			out = append(out, choice{name: fmt.Sprintf("LOG %q %d", prefix, lvl), apply: func(r *Rule) {
				r.Action = Action{Log: &Log{Prefix: prefix, Level: lvl, TCPSequence: lvl&1 > 0, TCPOptions: lvl&2 > 0, IPOptions: lvl&4 > 0, UID: lvl == 3, MACDecode: lvl == 5}}
			}})
		}
		nflogPrefix := prefix + strings.Repeat("y", 30)
		for i, n := range []NFLog{{}, {Group: 65535}, {Group: 1, Size: ptr(int64(0))}, {Size: ptr(int64(4294967295)), Threshold: 1}, {Threshold: 65535, Size: ptr(int64(256))}} {
			n.Prefix = nflogPrefix
			if i == 0 {
				n.Prefix = ""
			}
			out = append(out, choice{name: fmt.Sprintf("NFLOG %q %d", prefix, i), apply: func(r *Rule) { r.Action = Action{NFLog: &n} }})
		}
	}
	return out
}

// matrix is every choice alone, and random combinations, for a family.
func matrix(table string, family packet.Family) []Rule {
	all := choices()
	random := rand.New(rand.NewPCG(1, uint64(len(table))))
	var out []Rule
	build := func(hook string, list ...choice) bool {
		r := Rule{Family: family, Table: table, Hook: hook, Action: Action{Log: &Log{Level: 4}}, Comment: "ctplan:" + list[0].name}
		if table == "raw" && random.IntN(2) == 0 {
			r.Action = Action{Notrack: true}
		}
		for _, c := range list {
			if c.family != "" && c.family != family || c.hooks != "" && !strings.Contains(c.hooks, hook) {
				return false
			}
			c.apply(&r)
			if c.protocol != "" {
				r.Match.Protocol = ptr(must(packet.ParseProtocol(c.protocol)))
			}
		}
		if !coherent(r.Match) {
			return false
		}
		if len(r.Comment) > 200 {
			r.Comment = r.Comment[:200]
		}
		out = append(out, r)
		return true
	}
	hooks := schema.HooksOf[table]
	for i, c := range all {
		for k := range hooks {
			if build(hooks[(i+k)%len(hooks)], c) {
				break
			}
		}
	}
	for n := 0; n < 400; {
		var list []choice
		for range 2 + random.IntN(4) {
			list = append(list, all[random.IntN(len(all))])
		}
		if build(hooks[random.IntN(len(hooks))], list...) {
			n++
		}
	}
	return out
}

// coherent leaves out combinations that the schema refuses.
func coherent(m packet.Match) bool {
	p := m.Protocol
	is := func(n uint8) bool { return p != nil && p.Number == n && !p.Not }
	return !(m.Flags != nil && !is(packet.TCP) || m.ICMP != nil && !is(packet.ICMP) && !is(packet.ICMPv6) ||
		(m.Sport != nil || m.Dport != nil) && (p == nil || !p.HasPorts()))
}

func TestRenderedRulesAreWhatTheHostLists(t *testing.T) {
	for _, table := range []string{"raw", "filter"} {
		eachTarget(t, table, func(t *testing.T, h *host.Live, target Target) {
			version, err := target.version(context.Background(), h)
			if err != nil {
				t.Fatal(err)
			}
			rules := matrix(table, target.Family)
			var candidates []Candidate
			for _, r := range rules {
				text := r.Render(version)
				if !text.Exact {
					t.Fatalf("%s: not exact", text.Body)
				}
				candidates = append(candidates, Candidate{Hook: r.Hook, Text: text})
			}
			bodies, errs, err := Scratch{Host: h, Target: target}.Canonical(context.Background(), candidates)
			if err != nil {
				t.Fatal(err)
			}
			for i, err := range errs {
				t.Errorf("%d: %v", i, err)
			}
			for i, body := range bodies {
				if errs[i] == nil && body != candidates[i].Text.Body {
					t.Errorf("in %s\nrendered %s\nlisted   %s", candidates[i].Hook, candidates[i].Text.Body, body)
				}
			}
			t.Logf("%d rules", len(rules))
		})
	}
}
