package xtables

import (
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-iptables/iptables"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
)

// coreos/go-iptables runs iptables by itself, on the thread that calls it. It
// therefore has no place behind the Host seam, where namespaces, faults and
// fakes come in, and serves as what it is to many hosts: another program that
// works on the same tables, and a second opinion about what is in them.
func TestAnotherLibraryAgrees(t *testing.T) {
	name := hosttest.Netns(t)
	h, err := host.NewLive(host.LiveOptions{Netns: name})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for family, protocol := range map[string]iptables.Protocol{"ipv4": iptables.ProtocolIPv4, "ipv6": iptables.ProtocolIPv6} {
		backend, version, err := Detect(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		m := newMachine(t, h, backend)
		var other *iptables.IPTables
		in := func(f func() error) { t.Helper(); hosttest.InNetns(t, name, f) }
		in(func() error {
			if other, err = iptables.New(iptables.IPFamily(protocol), iptables.Timeout(10)); err != nil {
				return err
			}
			if a, b, c := other.GetIptablesVersion(); (Version{a, b, c}) != version {
				t.Errorf("version %d.%d.%d, detected %s", a, b, c, version)
			}
			return other.AppendUnique("raw", "PREROUTING", "-i", "lo", "-j", "ACCEPT")
		})
		m.apply(dns())
		in(func() error {
			if ok, err := other.ChainExists("raw", "CTPLAN-PRE"); err != nil || !ok {
				t.Errorf("%s: chain CTPLAN-PRE: %v, %v", family, ok, err)
			}
			rules, err := other.List("raw", "PREROUTING")
			if err != nil || len(rules) != 3 || !strings.HasSuffix(rules[1], "-j CTPLAN-PRE") || !strings.HasSuffix(rules[2], "-j ACCEPT") {
				t.Errorf("%s: PREROUTING %q, %v", family, rules, err)
			}
			// It takes the jump away, and ctplan will put it back.
			return other.Delete("raw", "PREROUTING", "-m", "comment", "--comment", "ctplan:jump:PREROUTING:first", "-j", "CTPLAN-PRE")
		})
		m.apply(dns())
		in(func() error {
			counted, err := other.ListWithCounters("raw", "CTPLAN-PRE")
			if err != nil || !slices.ContainsFunc(counted, func(r string) bool { return strings.Contains(r, "--dport 53") }) {
				t.Errorf("%s: CTPLAN-PRE %q, %v", family, counted, err)
			}
			return nil
		})
		m.apply()
		in(func() error {
			if ok, err := other.ChainExists("raw", "CTPLAN-PRE"); err != nil || ok {
				t.Errorf("%s: chain CTPLAN-PRE after destroy: %v, %v", family, ok, err)
			}
			if ok, err := other.Exists("raw", "PREROUTING", "-i", "lo", "-j", "ACCEPT"); err != nil || !ok {
				t.Errorf("%s: the other's rule: %v, %v", family, ok, err)
			}
			return nil
		})
	}
}
