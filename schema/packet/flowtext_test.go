package packet

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"net/netip"
)

var comparable = cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})

func TestFlowTextReadsBack(t *testing.T) {
	for _, text := range []string{
		"ipv4 any",
		"ipv4 protocol=udp dport=53",
		"ipv4 protocol=udp sport=53; protocol=udp dport=53",
		"ipv6 source=2001:db8::/32 destination=!2001:db8::1/128",
		"ipv4 protocol=tcp sport=!1,!2000:3000 dport=53,5353",
		"ipv4 src_range=10.0.0.1-10.0.0.9 dst_range=!10.1.0.1-10.1.0.2",
		"ipv4 protocol=!tcp",
	} {
		family, matches, err := ParseFlowText(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		again := FlowText(family, matches)
		_, twice, err := ParseFlowText(again)
		if err != nil || !cmp.Equal(matches, twice, comparable) {
			t.Errorf("%s became %s (%v)", text, again, err)
		}
	}
}

func TestFlowTextLeavesOutWhatAFlowDoesNotShow(t *testing.T) {
	udp := &Protocol{Number: UDP}
	matches := []Match{
		{Protocol: udp, In: &Interface{Name: "eth0"}},
		{Protocol: udp, Mark: &Mark{Value: 1, Mask: 1}},
		{In: &Interface{Name: "eth0"}},
	}
	if got, want := FlowText(IPv4, matches), "ipv4 protocol=udp; any"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for i := range matches {
		if ShownByFlow(&matches[i]) {
			t.Errorf("match %d counts as shown", i)
		}
	}
	if !ShownByFlow(&Match{Protocol: udp}) {
		t.Error("a protocol counts as not shown")
	}
}

func TestFlowTextIsRefused(t *testing.T) {
	for _, text := range []string{"", "ipv4", "ipv5 any", "ipv4 dport=http", "ipv4 colour=red", "ipv4 protocol=udp;any", "ipv4 protocol="} {
		if _, _, err := ParseFlowText(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func FuzzParseFlowText(f *testing.F) {
	f.Add("ipv4 protocol=udp sport=53; any")
	f.Add("ipv6 source=!::1")
	f.Fuzz(func(t *testing.T, text string) {
		family, matches, err := ParseFlowText(text)
		if err != nil {
			return
		}
		once := FlowText(family, matches)
		family, matches, err = ParseFlowText(once)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, once, err)
		}
		if again := FlowText(family, matches); again != once {
			t.Fatalf("%q became %q and then %q", text, once, again)
		}
	})
}
