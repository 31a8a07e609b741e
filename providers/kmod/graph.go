package kmod

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/providers/bootconf"
)

// brings lists every module that loading one loads along, itself included:
// what it needs, and what modprobe is told to add. Sorted.
func (inv *Inventory) brings(module string) []string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(m string) {
		if m = inv.Resolve(m); seen[m] || !inv.exists(m) && m != module {
			return
		}
		seen[m] = true
		for _, need := range inv.Boot.Depends(m) {
			visit(need)
		}
		for _, soft := range inv.softdeps[m] {
			visit(soft)
		}
	}
	visit(module)
	return sorted(seen)
}

// rank orders modules for loading: what a module needs has a lower one,
// since its needs are fewer.
func (inv *Inventory) rank(module string) int { return len(inv.Boot.Depends(module)) }

// users lists the loaded modules that use one, directly or through others,
// and so keep it from being unloaded. Sorted; the module itself is not in it.
func (inv *Inventory) users(module string) []string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(m string) {
		for _, holder := range inv.Loaded[m].Holders {
			if !seen[holder] {
				seen[holder] = true
				visit(holder)
			}
		}
	}
	visit(module)
	return sorted(seen)
}

// Use is a loaded module that something other than a module holds.
type Use struct {
	Module string
	// Others counts the rules, tables and the like that hold it.
	Others int
}

// String says what holds the module.
func (u Use) String() string {
	what := "rules or other users in the kernel"
	if meaning, ok := meanings[u.Module]; ok {
		what = meaning
	}
	if u.Others == 1 {
		return fmt.Sprintf("%s, held once by %s", u.Module, what)
	}
	return fmt.Sprintf("%s, held %d times by %s", u.Module, u.Others, what)
}

// meanings say what usually holds a module.
var meanings = map[string]string{
	"xt_conntrack":     "rules that match the state of connections",
	"xt_state":         "rules that match the state of connections",
	"nft_ct":           "nftables rules that look at connections",
	"xt_CT":            "NOTRACK and CT rules",
	"nft_chain_nat":    "NAT chains of nftables",
	"iptable_nat":      "rules in the nat table",
	"ip6table_nat":     "rules in the nat table for IPv6",
	"iptable_raw":      "rules in the raw table",
	"ip6table_raw":     "rules in the raw table for IPv6",
	"iptable_filter":   "rules in the filter table",
	"ip6table_filter":  "rules in the filter table for IPv6",
	"xt_MASQUERADE":    "MASQUERADE rules",
	"xt_REDIRECT":      "REDIRECT rules",
	"xt_nat":           "SNAT and DNAT rules",
	"xt_LOG":           "LOG rules",
	"nf_log_syslog":    "LOG rules",
	"xt_NFLOG":         "NFLOG rules",
	"nfnetlink_log":    "NFLOG rules and their listeners",
	"nft_log":          "log statements of nftables",
	"xt_TRACE":         "TRACE rules",
	"nf_conntrack":     "connection tracking in use",
	"nf_nat":           "address translation in use",
	"openvswitch":      "Open vSwitch",
	"ip_vs":            "virtual services",
	"nf_conntrack_ftp": "CT rules with helper ftp",
}

// InUse lists what keeps a loaded module from being unloaded besides other
// modules: the uses of the module and of all modules on top of it.
func (inv *Inventory) InUse(module string) []Use {
	var out []Use
	for _, m := range append([]string{module}, inv.users(module)...) {
		if n := inv.Loaded[m].Others(); n > 0 {
			out = append(out, Use{m, n})
		}
	}
	slices.SortFunc(out, func(a, b Use) int { return strings.Compare(a.Module, b.Module) })
	return out
}

func (inv *Inventory) builtIn(module string) bool { return inv.Presence(module) == bootconf.Builtin }

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for m := range set {
		out = append(out, m)
	}
	slices.Sort(out)
	return out
}
