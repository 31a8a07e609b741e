package schema

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// What people bring along is understood, and every attribute's own kernel key.
func TestConntrackNames(t *testing.T) {
	for name, want := range map[string]string{
		"net.netfilter.nf_conntrack_max":                          "max",
		"net/netfilter/nf_conntrack_max":                          "max",
		"net.nf_conntrack_max":                                    "max",
		"net.ipv4.ip_conntrack_max":                               "max",
		"net.ipv4.netfilter.ip_conntrack_buckets":                 "buckets",
		"net.ipv4.netfilter.ip_conntrack_tcp_timeout_established": "tcp_timeout_established",
		"net.ipv4.netfilter.ip_conntrack_udp_timeout_stream":      "udp_timeout_stream",
		"net.netfilter.nf_conntrack_timeout_established":          "tcp_timeout_established",
		"nf_conntrack_tcp_be_liberal":                             "tcp_be_liberal",
		"timeout_time_wait":                                       "tcp_timeout_time_wait",
		"established":                                             "tcp_timeout_established",
		"tcp_established":                                         "tcp_timeout_established",
		"sctp_established_timeout":                                "sctp_timeout_established",
		"udp_stream_timeout":                                      "udp_timeout_stream",
		"icmp":                                                    "icmp_timeout",
		"max_retrans":                                             "tcp_max_retrans",
		"timeout_max_retrans":                                     "tcp_timeout_max_retrans",
		"hashsize":                                                "buckets",
		"tstamp":                                                  "timestamp",
		"net.netfilter.nf_conntrack_something_of_a_future_kernel": "",
		"timeout": "",
		"":        "",
	} {
		if got := conntrackAttribute(name); got != want {
			t.Errorf("%q means %q, want %q", name, got, want)
		}
	}
	for _, a := range conntrackTable.Attributes {
		if a.Key != "" && conntrackAttribute(a.Key) != a.Name {
			t.Errorf("%q means %q, want %q", a.Key, conntrackAttribute(a.Key), a.Name)
		}
	}
}

// The keys of every conntrack parameter in the kernels read, from their
// sources; count is read-only.
const kernelKeys = `
acct buckets checksum events events_retry_timeout expect_max helper log_invalid max timestamp
generic_timeout gre_timeout gre_timeout_stream icmp_timeout icmpv6_timeout
udp_timeout udp_timeout_stream udplite_timeout udplite_timeout_stream
frag6_high_thresh frag6_low_thresh frag6_timeout
tcp_be_liberal tcp_ignore_invalid_rst tcp_loose tcp_max_retrans
tcp_timeout_close tcp_timeout_close_wait tcp_timeout_established tcp_timeout_fin_wait tcp_timeout_last_ack
tcp_timeout_max_retrans tcp_timeout_syn_recv tcp_timeout_syn_sent tcp_timeout_time_wait tcp_timeout_unacknowledged
sctp_timeout_closed sctp_timeout_cookie_echoed sctp_timeout_cookie_wait sctp_timeout_established
sctp_timeout_heartbeat_acked sctp_timeout_heartbeat_sent sctp_timeout_shutdown_ack_sent
sctp_timeout_shutdown_recd sctp_timeout_shutdown_sent
dccp_loose dccp_timeout_closereq dccp_timeout_closing dccp_timeout_open dccp_timeout_partopen
dccp_timeout_request dccp_timeout_respond dccp_timeout_timewait
`

func TestConntrackHasEveryKey(t *testing.T) {
	want := strings.Fields(kernelKeys)
	for _, name := range want {
		a := conntrackTable.Attribute(name)
		if a == nil {
			t.Errorf("%s is missing", name)
		} else if a.Key != "net.netfilter.nf_conntrack_"+name {
			t.Errorf("%s has key %q", name, a.Key)
		}
	}
	if got := len(conntrackTable.Attributes) - 1; got != len(want) { // without persist
		t.Errorf("%d attributes for %d keys", got, len(want))
	}
}

func TestConntrackDefaultsAreInRange(t *testing.T) {
	for _, a := range conntrackTable.Attributes {
		first, _, _ := strings.Cut(strings.NewReplacer(";", " ", "(", " ", `"`, "").Replace(a.Default), " ")
		if a.Type != TypeDuration || first == "" {
			continue
		}
		n, err := ParseDuration(first)
		if err != nil || a.inRange(n, first) != nil {
			t.Errorf("%s: default %q: %v", a.Name, a.Default, err)
		}
	}
}

func TestSizesAreCheckedTogether(t *testing.T) {
	for _, c := range []struct {
		max, buckets int64
		want         string
	}{
		{1048576, 1048576, ""},
		{1048576, 131072, ""},
		{1048577, 131072, "Few buckets for so many entries"},
		{1048575, 1048576, "More buckets than entries"},
		{1, intMax, "More buckets than entries"},
		{intMax, 1, "Few buckets for so many entries"},
	} {
		r := &Resource{Attrs: map[string]Attr{
			"max":     {Value: cty.NumberIntVal(c.max)},
			"buckets": {Value: cty.NumberIntVal(c.buckets)},
		}}
		got := ""
		for _, p := range checkConntrack(r) {
			got += p.Summary
			if !p.Warning || p.Attribute != "buckets" {
				t.Errorf("%d/%d: %+v", c.max, c.buckets, p)
			}
		}
		if got != c.want {
			t.Errorf("%d entries in %d buckets: %q, want %q", c.max, c.buckets, got, c.want)
		}
	}
	for _, lone := range []string{"max", "buckets", "frag6_low_thresh", "frag6_high_thresh"} {
		r := &Resource{Attrs: map[string]Attr{lone: {Value: cty.NumberIntVal(1)}}}
		if got := checkConntrack(r); len(got) > 0 {
			t.Errorf("%s alone: %v", lone, got)
		}
	}
}
