package host_test

import (
	"errors"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/ti-mo/conntrack"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/schema/packet"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestParseFlow(t *testing.T) {
	cases := map[string]struct {
		line string
		want host.Flow
	}{
		"closing": {
			"ipv4     2 tcp      6 57 TIME_WAIT src=127.0.0.1 dst=127.0.0.2 sport=30675 dport=9002 src=127.0.0.2 dst=127.0.0.1 sport=9002 dport=30675 [ASSURED] mark=7 zone=3 use=2",
			host.Flow{Family: packet.IPv4, Protocol: 6, State: "TIME_WAIT", Replied: true, Assured: true, Mark: 7, Zone: 3,
				Original: host.Tuple{Source: addr("127.0.0.1"), Destination: addr("127.0.0.2"), Sport: 30675, Dport: 9002},
				Reply:    host.Tuple{Source: addr("127.0.0.2"), Destination: addr("127.0.0.1"), Sport: 9002, Dport: 30675}},
		},
		"with counters, unreplied": {
			"ipv4 2 udp 17 28 src=10.0.0.61 dst=10.0.0.255 sport=46011 dport=1900 packets=3 bytes=164 [UNREPLIED] src=10.0.0.255 dst=10.0.0.61 sport=1900 dport=46011 packets=0 bytes=0 mark=0 use=1",
			host.Flow{Family: packet.IPv4, Protocol: 17,
				Original: host.Tuple{Source: addr("10.0.0.61"), Destination: addr("10.0.0.255"), Sport: 46011, Dport: 1900},
				Reply:    host.Tuple{Source: addr("10.0.0.255"), Destination: addr("10.0.0.61"), Sport: 1900, Dport: 46011}},
		},
		"message": {
			"ipv6     10 icmpv6   58 29 src=2001:db8::1 dst=2001:db8::2 type=128 code=0 id=9 src=2001:db8::2 dst=2001:db8::1 type=129 code=0 id=9 mark=0 use=1",
			host.Flow{Family: packet.IPv6, Protocol: 58, Replied: true,
				Original: host.Tuple{Source: addr("2001:db8::1"), Destination: addr("2001:db8::2"), ICMPType: 128, ICMPID: 9},
				Reply:    host.Tuple{Source: addr("2001:db8::2"), Destination: addr("2001:db8::1"), ICMPType: 129, ICMPID: 9}},
		},
		"offloaded, without timeout and state": {
			"ipv4 2 tcp 6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [OFFLOAD] mark=0 use=3",
			host.Flow{Family: packet.IPv4, Protocol: 6, Replied: true,
				Original: host.Tuple{Source: addr("10.0.0.1"), Destination: addr("10.0.0.2"), Sport: 1, Dport: 2},
				Reply:    host.Tuple{Source: addr("10.0.0.2"), Destination: addr("10.0.0.1"), Sport: 2, Dport: 1}},
		},
		"keys, zones of each direction": {
			"ipv4 2 gre 47 179 timeout=180, stream_timeout=180 src=10.0.0.1 dst=10.0.0.2 srckey=0x0 dstkey=0xf zone-orig=4 src=10.0.0.2 dst=10.0.0.1 srckey=0xf dstkey=0x0 zone-reply=5 mark=0 use=1",
			host.Flow{Family: packet.IPv4, Protocol: 47, Replied: true,
				Original: host.Tuple{Source: addr("10.0.0.1"), Destination: addr("10.0.0.2"), Dport: 15, Zone: 4},
				Reply:    host.Tuple{Source: addr("10.0.0.2"), Destination: addr("10.0.0.1"), Sport: 15, Zone: 5}},
		},
	}
	for name, c := range cases {
		got, ok := host.ParseFlow(c.line)
		if diff := cmp.Diff(c.want, got, cmpopts.EquateComparable(netip.Addr{})); !ok || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, ok, diff)
		}
	}
}

func TestParseFlowPassesOverOtherLines(t *testing.T) {
	for _, line := range []string{
		"", "conntrack v1.4.7 (conntrack-tools): 19 flow entries have been shown.",
		"ipv4 2 udp 17 28 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2",
		"ipv4 2 udp 999 28 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1",
		"ipv6 10 udp 17 28 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1",
		"ipx 4 udp 17 28 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1",
	} {
		if f, ok := host.ParseFlow(line); ok {
			t.Errorf("%q is %+v", line, f)
		}
	}
}

func FuzzParseFlow(f *testing.F) {
	f.Add("ipv4 2 tcp 6 57 TIME_WAIT src=127.0.0.1 dst=127.0.0.2 sport=3 dport=9 src=127.0.0.2 dst=127.0.0.1 sport=9 dport=3 [ASSURED]")
	f.Fuzz(func(t *testing.T, line string) {
		if got, ok := host.ParseFlow(line); ok && packet.FamilyOf(got.Original.Source) != got.Family {
			t.Errorf("%q: %+v", line, got)
		}
	})
}

// track makes entries in the table of a namespace, without packets.
func track(t *testing.T, netns string, flows ...conntrack.Flow) {
	t.Helper()
	hosttest.InNetns(t, netns, func() error {
		conn, err := conntrack.Dial(nil)
		if err != nil {
			return err
		}
		defer conn.Close()
		for _, f := range flows {
			if err := conn.Create(f); err != nil {
				return err
			}
		}
		return nil
	})
}

func list(t *testing.T, h host.Host) []host.Flow {
	t.Helper()
	var out []host.Flow
	if err := h.Flows(ctx, func(f host.Flow) host.FlowVerdict {
		out = append(out, f)
		return host.KeepFlow
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b host.Flow) int { return int(a.Original.Sport) - int(b.Original.Sport) })
	return out
}

// requireTracking wants a kernel with the connection table at hand.
func requireTracking(t *testing.T) {
	t.Helper()
	hosttest.RequireRoot(t)
	_, err := os.Stat("/proc/sys/net/netfilter/nf_conntrack_count")
	hosttest.Require(t, "connection tracking in the kernel", err == nil)
}

func TestFlowsAreThoseOfTheNamespace(t *testing.T) {
	requireTracking(t)
	netns := hosttest.Netns(t)
	inside := newInside(t, netns)
	if got := list(t, inside); len(got) != 0 {
		t.Fatalf("a new namespace tracks %v", got)
	}
	tcp := conntrack.NewFlow(6, conntrack.StatusConfirmed|conntrack.StatusAssured|conntrack.StatusSeenReply, addr("192.0.2.1"), addr("192.0.2.2"), 1001, 80, 600, 5)
	tcp.ProtoInfo.TCP = &conntrack.ProtoInfoTCP{State: 3}
	udp := conntrack.NewFlow(17, 0, addr("2001:db8::1"), addr("2001:db8::2"), 1002, 53, 600, 0)
	track(t, netns, tcp, udp)

	got := list(t, inside)
	want := []host.Flow{
		{Family: packet.IPv4, Protocol: 6, State: "ESTABLISHED", Replied: true, Assured: true, Mark: 5,
			Original: host.Tuple{Source: addr("192.0.2.1"), Destination: addr("192.0.2.2"), Sport: 1001, Dport: 80},
			Reply:    host.Tuple{Source: addr("192.0.2.2"), Destination: addr("192.0.2.1"), Sport: 80, Dport: 1001}},
		{Family: packet.IPv6, Protocol: 17,
			Original: host.Tuple{Source: addr("2001:db8::1"), Destination: addr("2001:db8::2"), Sport: 1002, Dport: 53},
			Reply:    host.Tuple{Source: addr("2001:db8::2"), Destination: addr("2001:db8::1"), Sport: 53, Dport: 1002}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("by netlink (-want +got):\n%s", diff)
	}
	file, err := inside.ReadFile(ctx, "/proc/net/nf_conntrack")
	hosttest.Require(t, "/proc/net/nf_conntrack", err == nil)
	var shown []host.Flow
	for line := range strings.Lines(string(file.Data)) {
		f, ok := host.ParseFlow(line)
		if !ok {
			t.Errorf("%q is not understood", line)
		}
		shown = append(shown, f)
	}
	slices.SortFunc(shown, func(a, b host.Flow) int { return int(a.Original.Sport) - int(b.Original.Sport) })
	if diff := cmp.Diff(got, shown, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("netlink and the kernel's file differ (-netlink +file):\n%s", diff)
	}
}

func TestCondemnedFlowsAreDeleted(t *testing.T) {
	requireTracking(t)
	netns := hosttest.Netns(t)
	var made []conntrack.Flow
	for port := uint16(1000); port < 1010; port++ {
		made = append(made, conntrack.NewFlow(17, 0, addr("192.0.2.1"), addr("192.0.2.2"), port, 53, 600, 0))
	}
	ping := conntrack.NewFlow(1, 0, addr("192.0.2.1"), addr("192.0.2.2"), 0, 0, 600, 0)
	ping.TupleOrig.Proto = conntrack.ProtoTuple{Protocol: 1, ICMPv4: true, ICMPType: 8, ICMPID: 77}
	ping.TupleReply.Proto = conntrack.ProtoTuple{Protocol: 1, ICMPv4: true, ICMPType: 0, ICMPID: 77}
	zoned := conntrack.NewFlow(17, 0, addr("192.0.2.1"), addr("192.0.2.2"), 2000, 53, 600, 0)
	zoned.Zone = 9
	six := conntrack.NewFlow(17, 0, addr("2001:db8::1"), addr("2001:db8::2"), 3000, 53, 600, 0)
	track(t, netns, append(made, ping, zoned, six)...)

	inside := newInside(t, netns)
	err := inside.Flows(ctx, func(f host.Flow) host.FlowVerdict {
		return host.FlowVerdict(f.Original.Sport != 1004)
	})
	if err != nil {
		t.Fatal(err)
	}
	if left := list(t, inside); len(left) != 1 || left[0].Original.Sport != 1004 {
		t.Errorf("left: %v", left)
	}
}

func TestFakeFlowsFailAndDieLikeOtherChanges(t *testing.T) {
	var table []host.Flow
	for port := range uint16(4) {
		table = append(table, host.Flow{Family: packet.IPv4, Original: host.Tuple{Sport: port}})
	}
	all := func(host.Flow) host.FlowVerdict { return host.DeleteFlow }
	for kind, left := range map[host.FaultKind]int{host.Fail: 4, host.FailAfter: 0, host.KillBefore: 4, host.KillDuring: 2, host.KillAfter: 0} {
		fake := host.NewFake(planner.Facts{})
		fake.SetFlows(table...)
		faulty := host.NewFaulty(fake, host.Fault{Kind: kind, Call: 1, Err: syscall.EPERM})
		faulty.Kill = func() {}
		if got := list(t, faulty); len(got) != 4 || faulty.Calls() != 0 {
			t.Errorf("%s: looking gives %d flows and counts as %d changes", kind, len(got), faulty.Calls())
		}
		err := faulty.Flows(ctx, all)
		if failed := errors.Is(err, syscall.EPERM); failed != (kind == host.Fail || kind == host.FailAfter) {
			t.Errorf("%s: %v", kind, err)
		}
		if got := list(t, fake); len(got) != left {
			t.Errorf("%s: %d flows are left, want %d", kind, len(got), left)
		}
	}
}
