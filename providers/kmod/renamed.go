package kmod

import "fmt"

// rename is a module that later kernels have under another name.
type rename struct {
	to string // "" where nothing took its place
	// since is the first kernel without the old name.
	since string
}

// renamed are the modules of the field that changed their names. Source:
// kernel, the Makefiles of net/netfilter, net/ipv4/netfilter and
// net/ipv6/netfilter from 2.6.18 to 7.2.
var renamed = map[string]rename{
	"ip_conntrack":            {"nf_conntrack", "2.6.22"},
	"ip_conntrack_ftp":        {"nf_conntrack_ftp", "2.6.22"},
	"ip_nat":                  {"nf_nat", "2.6.22"},
	"ipt_LOG":                 {"xt_LOG", "3.4"},
	"ip6t_LOG":                {"xt_LOG", "3.4"},
	"ipt_REDIRECT":            {"xt_REDIRECT", "3.7"},
	"ipt_NETMAP":              {"xt_NETMAP", "3.7"},
	"xt_NOTRACK":              {"xt_CT", "3.8"},
	"ipt_ULOG":                {"xt_NFLOG", "3.17"},
	"nf_conntrack_ipv4":       {"nf_conntrack", "4.19"},
	"nf_conntrack_ipv6":       {"nf_conntrack", "4.19"},
	"nf_conntrack_l3proto":    {"nf_conntrack", "4.19"},
	"nf_nat_ipv4":             {"nf_nat", "5.1"},
	"nf_nat_ipv6":             {"nf_nat", "5.1"},
	"nf_nat_masquerade_ipv4":  {"nf_nat", "5.1"},
	"nf_nat_masquerade_ipv6":  {"nf_nat", "5.1"},
	"nf_nat_proto_gre":        {"nf_nat", "5.1"},
	"nf_conntrack_proto_gre":  {"nf_conntrack", "5.1"},
	"nf_conntrack_proto_dccp": {"nf_conntrack", "4.11"},
	"nf_conntrack_proto_sctp": {"nf_conntrack", "4.11"},
	"nft_chain_nat_ipv4":      {"nft_chain_nat", "5.1"},
	"nft_chain_nat_ipv6":      {"nft_chain_nat", "5.1"},
	"ipt_MASQUERADE":          {"xt_MASQUERADE", "5.2"},
	"ip6t_MASQUERADE":         {"xt_MASQUERADE", "5.2"},
	"nf_log_common":           {"nf_log_syslog", "5.13"},
	"nf_log_ipv4":             {"nf_log_syslog", "5.13"},
	"nf_log_ipv6":             {"nf_log_syslog", "5.13"},
	"nf_log_arp":              {"nf_log_syslog", "5.13"},
	"nf_log_bridge":           {"nf_log_syslog", "5.13"},
	"nf_log_netdev":           {"nf_log_syslog", "5.13"},
	"nft_counter":             {"nf_tables", "5.17"},
}

// explainName says what became of a module's name, or nothing.
func explainName(module string) string {
	r, ok := renamed[module]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s is called %s from Linux %s on, or has become a part of it", module, r.to, r.since)
}

// olderNames are the names that a module had, or that were merged into it.
func olderNames(module string) []string {
	set := map[string]bool{}
	for old, r := range renamed {
		if r.to == module {
			set[old] = true
		}
	}
	return sorted(set)
}
