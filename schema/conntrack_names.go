package schema

import (
	"fmt"
	"slices"
	"strings"
)

// conntrackPrefixes are what people write before a parameter's name: the
// directories in which it has lived, and the module's present and former name.
// Source: net/netfilter/nf_conntrack_standalone.c of all kernels;
// net/ipv4/netfilter/ip_conntrack_standalone.c of 2.6.18 and
// nf_conntrack_l3proto_ipv4.c up to 4.7 for the old names.
var conntrackPrefixes = []string{
	"net.netfilter.", "net.ipv4.netfilter.", "net.ipv4.", "net.",
	"nf_conntrack_", "ip_conntrack_",
}

// notConntrack says what to do instead, for names that are no attribute.
var notConntrack = map[string]string{
	"count":                 `It is the number of connections at this moment, which nobody can set. A data "conntrack" block reads it.`,
	"tcp_no_window_check":   "Only OpenWrt's kernels have it. tcp_be_liberal = true is the nearest that every kernel has.",
	"skip_filter":           "Only vendors' old kernels have it. A notrack block keeps traffic out of connection tracking.",
	"tcp_timeout_syn_sent2": "It went away with the ip_conntrack names in Linux 4.8. Use tcp_timeout_syn_sent.",
	"log_all_netns":         `It is no parameter of connection tracking. Set it in a sysctl block with key = "net.netfilter.nf_log_all_netns".`,
	"nf_log_all_netns":      `It is no parameter of connection tracking. Set it in a sysctl block with key = "net.netfilter.nf_log_all_netns".`,
	"flowtable_tcp_timeout": `It is no parameter of connection tracking. Set it in a sysctl block with key = "net.netfilter.nf_flowtable_tcp_timeout".`,
	"flowtable_udp_timeout": `It is no parameter of connection tracking. Set it in a sysctl block with key = "net.netfilter.nf_flowtable_udp_timeout".`,
}

// conntrackSynonyms are names of other tools and of module options.
var conntrackSynonyms = map[string]string{
	"hashsize":          "buckets",
	"hash_size":         "buckets",
	"table_size":        "max",
	"expect_table_size": "expect_max",
	"tstamp":            "timestamp",
	"accounting":        "acct",
	"liberal":           "tcp_be_liberal",
	"loose":             "tcp_loose",
}

// conntrackHint explains names that people bring along from kernel keys, other
// tools and old documentation.
func conntrackHint(name string) string {
	bare := bareConntrackName(name)
	if why, ok := notConntrack[bare]; ok {
		return why
	}
	if right := conntrackAttribute(name); right != "" {
		return fmt.Sprintf("Write %s.", right)
	}
	return ""
}

// conntrackAttribute is the attribute that a kernel key, an old name or a
// shortened one stands for, or "".
func conntrackAttribute(name string) string {
	bare := bareConntrackName(name)
	if right, ok := conntrackSynonyms[bare]; ok {
		return right
	}
	if isConntrackAttribute(bare) {
		return bare
	}
	return reworded(bare)
}

// bareConntrackName takes all prefixes off a name.
func bareConntrackName(name string) string {
	name = strings.ReplaceAll(name, "/", ".")
	for _, p := range conntrackPrefixes {
		name = strings.TrimPrefix(name, p)
	}
	return name
}

// reworded finds an attribute that has the same words but for "timeout" and
// "tcp": "established", "timeout_established" and "udp_stream_timeout" are
// all understood. Of several, one that agrees on "timeout" is meant.
func reworded(bare string) string {
	words := strings.Split(bare, "_")
	given := without(words, "timeout")
	if len(given) == 0 {
		return ""
	}
	best := ""
	for _, name := range conntrackAttributeNames() {
		have := strings.Split(name, "_")
		rest := without(have, "timeout")
		if !slices.Equal(rest, given) && !slices.Equal(without(rest, "tcp"), given) {
			continue
		}
		agrees := slices.Contains(words, "timeout") == slices.Contains(have, "timeout")
		if best == "" || agrees {
			best = name
		}
	}
	return best
}

func without(words []string, word string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == word })
}

func isConntrackAttribute(name string) bool {
	return slices.Contains(conntrackAttributeNames(), name)
}

// conntrackAttributeNames are those that stand for a kernel key. They come
// from the parts of the table, since the table itself refers to this file.
func conntrackAttributeNames() []string {
	var names []string
	for _, rows := range [][]Attribute{
		conntrackSizes, conntrackSwitches, conntrackTCPSwitches, conntrackTCPTimeouts,
		conntrackDatagramTimeouts, conntrackSCTP, conntrackDCCP, conntrackFragments,
	} {
		for _, a := range rows {
			names = append(names, a.Name)
		}
	}
	return names
}
