package bootconf

import "strings"

// PathOf turns a kernel parameter's name, as people write it, into its path
// under /proc/sys. The first separator decides: after a slash, dots belong to
// names ("net/ipv4/conf/eth0.200/forwarding"); after a dot, the two trade
// places ("net.ipv4.conf.eth0/200.forwarding"). Source: sysctl.d(5).
func PathOf(name string) string {
	first := strings.IndexAny(name, "/.")
	if first >= 0 && name[first] == '.' {
		name = strings.Map(func(r rune) rune {
			switch r {
			case '.':
				return '/'
			case '/':
				return '.'
			}
			return r
		}, name)
	}
	if !strings.Contains(name, "//") && !strings.HasPrefix(name, "/") && !strings.HasSuffix(name, "/") {
		return name
	}
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
	return strings.Join(parts, "/")
}

// ValidPath reports whether a path names something below /proc/sys, and
// nothing else: it has no empty, "." or ".." element and no control character.
func ValidPath(p string) bool {
	if strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return false
	}
	for _, element := range strings.Split(p, "/") {
		if element == "" || element == "." || element == ".." {
			return false
		}
	}
	return true
}

// aliases are other names of a kernel variable, by the one that stands for
// both. Source: kernel, net/netfilter/nf_conntrack_standalone.c
// (nf_ct_netfilter_table), net/ipv4/devinet.c (ctl_forward_entry).
var aliases = map[string]string{
	"net/netfilter/nf_conntrack_max": "net/nf_conntrack_max",
	"net/ipv4/ip_forward":            "net/ipv4/conf/all/forwarding",
}

// Names returns every path under which the kernel shows a parameter, the
// given one first.
func Names(p string) []string {
	if other, ok := aliases[p]; ok {
		return []string{p, other}
	}
	if canonical := Canonical(p); canonical != p {
		return []string{p, canonical}
	}
	return []string{p}
}

// Canonical is the one path that stands for all names of a parameter.
func Canonical(p string) string {
	for canonical, alias := range aliases {
		if p == alias {
			return canonical
		}
	}
	return p
}

// owners are the modules that bring parameters with them, the longest prefix
// first. Parameters of no module here are taken to be there from the start.
var owners = []struct{ prefix, module string }{
	{"net/netfilter/nf_conntrack_frag6_", "nf_defrag_ipv6"},
	{"net/netfilter/nf_flowtable_", "nf_flow_table"},
	{"net/netfilter/nf_conntrack_", "nf_conntrack"},
	{"net/nf_conntrack_max", "nf_conntrack"},
	{"net/bridge/", "br_netfilter"},
	{"net/ipv4/vs/", "ip_vs"},
	{"net/sctp/", "sctp"},
	{"sunrpc/", "sunrpc"},
	{"fs/nfs/nlm_", "lockd"},
}

// ModuleOf names the module that a parameter comes with, or "".
func ModuleOf(p string) string {
	for _, o := range owners {
		if strings.HasPrefix(p, o.prefix) {
			return o.module
		}
	}
	return ""
}
