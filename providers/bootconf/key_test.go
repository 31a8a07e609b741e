package bootconf_test

import (
	"testing"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
)

func TestPathOf(t *testing.T) {
	tests := map[string]string{
		"net.ipv4.ip_forward":               "net/ipv4/ip_forward",
		"net/ipv4/ip_forward":               "net/ipv4/ip_forward",
		"net.ipv4.conf.eth0/100.rp_filter":  "net/ipv4/conf/eth0.100/rp_filter",
		"net/ipv4/conf/eth0.100/rp_filter":  "net/ipv4/conf/eth0.100/rp_filter",
		"/net/ipv4/ip_forward":              "net/ipv4/ip_forward",
		"net//ipv4///ip_forward/":           "net/ipv4/ip_forward",
		"net.netfilter.nf_log.2":            "net/netfilter/nf_log/2",
		"vm":                                "vm",
		"":                                  "",
		"net.ipv4.conf.eth0/1/2.forwarding": "net/ipv4/conf/eth0.1.2/forwarding",
	}
	for name, want := range tests {
		if got := bootconf.PathOf(name); got != want {
			t.Errorf("PathOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestPathOfUndoesSysctlKey(t *testing.T) {
	for _, path := range []string{"net/ipv4/ip_forward", "net/ipv4/conf/eth0.100/rp_filter", "vm/swappiness"} {
		if got := bootconf.PathOf(planner.SysctlKey(path)); got != path {
			t.Errorf("PathOf(SysctlKey(%q)) = %q", path, got)
		}
	}
}

func TestValidPath(t *testing.T) {
	tests := map[string]bool{
		"net/ipv4/ip_forward":              true,
		"net/ipv4/conf/eth0.100/rp_filter": true,
		"":                                 false,
		"net/../../etc/passwd":             false,
		"net/./ipv4":                       false,
		"net//ipv4":                        false,
		"net/ipv4 ":                        false,
		"net/ip\nv4":                       false,
		"..":                               false,
	}
	for path, want := range tests {
		if got := bootconf.ValidPath(path); got != want {
			t.Errorf("ValidPath(%q) = %t, want %t", path, got, want)
		}
	}
}

func TestModuleOf(t *testing.T) {
	tests := map[string]string{
		"net/netfilter/nf_conntrack_max":           "nf_conntrack",
		"net/nf_conntrack_max":                     "nf_conntrack",
		"net/netfilter/nf_conntrack_frag6_timeout": "nf_defrag_ipv6",
		"net/netfilter/nf_log/2":                   "",
		"net/bridge/bridge-nf-call-iptables":       "br_netfilter",
		"net/ipv4/ip_forward":                      "",
		"net/netfilter/nf_flowtable_tcp_timeout":   "nf_flow_table",
	}
	for path, want := range tests {
		if got := bootconf.ModuleOf(path); got != want {
			t.Errorf("ModuleOf(%q) = %q, want %q", path, got, want)
		}
	}
}
