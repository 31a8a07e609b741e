package flows_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/flows"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

var ctx = context.Background()

// flow reads a line without timeout, mark and use count.
func flow(t testing.TB, line string) host.Flow {
	t.Helper()
	f, ok := host.ParseFlow(line)
	if !ok {
		t.Fatalf("%q is no flow", line)
	}
	return f
}

const (
	dns4 = "ipv4 2 udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=53 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1000"
	dns6 = "ipv6 10 udp 17 29 src=2001:db8::1 dst=2001:db8::2 sport=1000 dport=53 src=2001:db8::2 dst=2001:db8::1 sport=53 dport=1000"
	web  = "ipv4 2 tcp 6 99 ESTABLISHED src=10.0.0.1 dst=192.0.2.1 sport=4000 dport=80 src=10.9.0.1 dst=10.0.0.1 sport=8080 dport=4000 [ASSURED]"
	ping = "ipv4 2 icmp 1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=7 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=7"
)

func TestMatches(t *testing.T) {
	cases := []struct {
		spec string // of packet.FlowText
		line string
		want bool
	}{
		{"ipv4 any", dns4, true},
		{"ipv6 any", dns4, false},
		{"ipv4 protocol=udp dport=53", dns4, true},
		{"ipv4 protocol=udp sport=53", dns4, true}, // its answers
		{"ipv4 protocol=tcp dport=53", dns4, false},
		{"ipv4 protocol=!tcp", dns4, true},
		{"ipv4 protocol=!udp", dns4, false},
		{"ipv4 protocol=udp dport=54", dns4, false},
		{"ipv4 protocol=udp dport=50:60,99", dns4, true},
		{"ipv4 protocol=udp sport=53 dport=53", dns4, false}, // no packet has both
		{"ipv4 source=10.0.0.0/24", dns4, true},
		{"ipv4 source=10.0.0.2/32 dport=1000 protocol=udp", dns4, true},
		{"ipv4 source=10.0.0.1/32 dport=1000 protocol=udp", dns4, false},
		{"ipv4 source=!10.0.0.0/8", dns4, false},
		{"ipv4 source=!10.0.0.1/32", dns4, true}, // the answers come from elsewhere
		{"ipv4 src_range=10.0.0.2-10.0.0.9", dns4, true},
		{"ipv4 src_range=10.0.0.3-10.0.0.9", dns4, false},
		{"ipv4 destination=192.0.2.1/32 protocol=tcp dport=80", web, true},
		{"ipv4 source=10.9.0.1/32 protocol=tcp sport=8080", web, true}, // translated: the answers' own ends
		{"ipv4 source=192.0.2.1/32", web, false},
		{"ipv4 protocol=icmp", ping, true},
		{"ipv6 protocol=udp dport=53", dns6, true},
		{"ipv6 destination=2001:db8::/32", dns6, true},
		{"ipv4 protocol=tcp; protocol=udp dport=53", dns4, true},
	}
	for _, c := range cases {
		family, matches, err := packet.ParseFlowText(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := flows.MatchesAny(family, matches, flow(t, c.line)); got != c.want {
			t.Errorf("%s: %v for %s", c.spec, got, c.line)
		}
	}
}

func TestConditionsThatATableDoesNotShowCountAsMet(t *testing.T) {
	m := packet.Match{In: &packet.Interface{Name: "eth0"}, Mark: &packet.Mark{Value: 1, Mask: 1}}
	if !flows.Matches(&m, flow(t, dns4)) {
		t.Error("not met")
	}
}

func newHost(t testing.TB, lines ...string) *host.Fake {
	h := host.NewFake(planner.Facts{})
	var list []host.Flow
	for _, line := range lines {
		list = append(list, flow(t, line))
	}
	h.SetFlows(list...)
	return h
}

func dns(t testing.TB) planner.Setting {
	p, err := packet.ParsePorts([]string{"53"})
	if err != nil {
		t.Fatal(err)
	}
	udp := &packet.Protocol{Number: packet.UDP}
	return flows.Setting(packet.IPv4, []packet.Match{{Protocol: udp, Dport: &p}, {Protocol: udp, Sport: &p}})
}

func TestWriteDeletesWhatReadCounts(t *testing.T) {
	h := newHost(t, dns4, dns6, web, ping)
	name := dns(t).Target.Name
	s, err := flows.Read(ctx, h, name)
	if err != nil || s == nil || s.Data != "1" {
		t.Fatalf("read: %v, %v", s, err)
	}
	if err := flows.Write(ctx, h, name, s, nil); err != nil {
		t.Fatal(err)
	}
	if s, err := flows.Read(ctx, h, name); s != nil || err != nil {
		t.Errorf("afterwards: %v, %v", s, err)
	}
	if left := flows.ReadTable(ctx, h); len(left.Flows) != 3 {
		t.Errorf("%d flows are left of 3 others", len(left.Flows))
	}
	if err := flows.Write(ctx, h, name, nil, s); !errors.Is(err, flows.ErrGone) {
		t.Errorf("bringing flows back: %v", err)
	}
}

func TestWriteReportsWhatTheKernelRefuses(t *testing.T) {
	faulty := host.NewFaulty(newHost(t, dns4), host.Fault{Kind: host.Fail, Call: 1, Err: 1})
	if err := flows.Write(ctx, faulty, dns(t).Target.Name, nil, nil); err == nil || !strings.Contains(err.Error(), "delete tracked flows") {
		t.Errorf("%v", err)
	}
}

func TestNote(t *testing.T) {
	table := flows.ReadTable(ctx, newHost(t, dns4, dns6, web))
	for _, c := range []struct {
		hit          int
		exact, evict bool
		want         string
	}{
		{0, true, true, "0 of 3 tracked flows match now"},
		{2, true, false, "2 of 3 tracked flows match now; they stay until they time out (evict = true deletes them)"},
		{2, false, true, "at most 2 of 3 tracked flows match now; evict deletes them after the rules are in"},
	} {
		if got := table.Note(c.hit, c.exact, c.evict); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestLargeTableIsNotReadForANote(t *testing.T) {
	h := newHost(t, dns4)
	h.SetControl("/proc/sys/net/netfilter/nf_conntrack_count", host.Control{Value: fmt.Sprint(flows.MaxTable + 1)})
	table := flows.ReadTable(ctx, h)
	var large *flows.TooLargeError
	if !errors.As(table.Unread, &large) || !strings.Contains(table.Note(0, true, true), "unknown (the table has 200001 entries") {
		t.Errorf("%v: %s", table.Unread, table.Note(0, true, true))
	}
}

func TestCensus(t *testing.T) {
	table := flows.ReadTable(ctx, newHost(t, dns4, dns6, web, ping))
	protocols, states := table.Census(func(n uint8) string { return packet.Protocol{Number: n}.Name() })
	if diff := cmp.Diff(map[string]int{"udp": 2, "tcp": 1, "icmp": 1}, protocols); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]map[string]int{"tcp": {"ESTABLISHED": 1}}, states); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkMatch(b *testing.B) {
	family, matches, err := packet.ParseFlowText("ipv4 protocol=udp dport=53; protocol=udp sport=53")
	if err != nil {
		b.Fatal(err)
	}
	f := flow(b, web)
	f.Reply.Source = netip.MustParseAddr("10.0.0.9")
	for b.Loop() {
		flows.MatchesAny(family, matches, f)
	}
}
