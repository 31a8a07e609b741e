package sysctl

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/schema"
)

// conntrackLoaded reports whether the kernel tracks connections at all: its
// parameters exist only while nf_conntrack is loaded or part of the kernel.
// A namespace that belongs to another user namespace may hide max (up to
// 5.4), but not the timeouts.
func (s *session) conntrackLoaded(ctx context.Context) bool {
	for _, p := range []string{pathMax, "net/netfilter/nf_conntrack_generic_timeout"} {
		if err := s.live.read(ctx, p).err; !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// refuseUnloaded says so once for a whole block.
func (s *session) refuseUnloaded(d *declared) {
	p := *d.parameters[0]
	p.where = d.resource.Range
	s.refuse(&p, "Module nf_conntrack is not loaded", fmt.Sprintf(
		"None of the parameters of %s exists: %s%s is not there. Linux has them only while nf_conntrack is loaded. "+
			"%s",
		d.resource.Address, procSys, pathMax, loadAdvice("nf_conntrack")))
}

// loadAdvice says how to get a module that is not loaded.
func loadAdvice(module string) string {
	advice := fmt.Sprintf("Load it (modprobe %s) and plan again", module)
	if schema.LookupType("kernel_module") != nil {
		advice += "; a kernel_module block keeps it loaded"
	}
	return advice + "."
}

// missing says why a parameter is not there.
func (s *session) missing(ctx context.Context, p *parameter) (summary, detail string) {
	facts := s.req.Facts
	summary = fmt.Sprintf("This kernel has no %s", p.key())
	here := fmt.Sprintf("%s%s does not exist on %s (Linux %s)", procSys, p.path, facts.Hostname, facts.Kernel)
	running, known := parseRelease(facts.Kernel)
	since, hasSince := parseRelease(p.table.Since)
	until, hasUntil := parseRelease(p.table.Until)
	switch {
	case known && hasUntil && until.before(running):
		return summary, fmt.Sprintf("%s: the kernel lost it after %s. Remove %s from %s.", here, p.table.Until, p.name, p.address)
	case known && hasSince && running.before(since):
		return summary, fmt.Sprintf("%s: it came with Linux %s. Remove %s from %s, or declare it for newer hosts only.", here, p.table.Since, p.name, p.address)
	}
	if module := bootconf.ModuleOf(p.path); module != "" && module != "nf_conntrack" {
		return summary, fmt.Sprintf("%s: it comes with module %s, which is not loaded. %s", here, module, loadAdvice(module))
	}
	if option := buildOption(p.path); option != "" {
		return summary, fmt.Sprintf("%s: the kernel was probably built without %s.", here, option)
	}
	if name, gone := s.interfaceGone(ctx, p.path); gone {
		return summary, fmt.Sprintf("%s: there is no network interface %s here. Parameters of an interface come and go with it.", here, name)
	}
	if !facts.InitNetns && strings.HasPrefix(p.path, "net/") {
		return summary, fmt.Sprintf("%s, in %s. Some parameters exist in the initial network namespace only.%s", here, namespace(facts), s.suggest(ctx, p.path))
	}
	return summary, here + "." + s.suggest(ctx, p.path)
}

// interfaceGone reports whether a path is about a network interface that is
// not there, as net/ipv4/conf/eth0.100/rp_filter, and which.
func (s *session) interfaceGone(ctx context.Context, p string) (name string, gone bool) {
	parts := strings.Split(p, "/")
	if len(parts) != 5 || parts[0] != "net" || parts[2] != "conf" && parts[2] != "neigh" {
		return "", false
	}
	_, err := s.req.Host.ReadDir(ctx, procSys+strings.Join(parts[:4], "/"))
	return parts[3], errors.Is(err, fs.ErrNotExist)
}

// buildOptions are the configuration options without which a kernel lacks
// some parameters, by the beginning of their names behind net/netfilter/.
// Source: kernel, net/netfilter/Kconfig and nf_conntrack_standalone.c.
var buildOptions = []struct{ prefix, option string }{
	{"nf_conntrack_sctp_", "CONFIG_NF_CT_PROTO_SCTP"},
	{"nf_conntrack_dccp_", "CONFIG_NF_CT_PROTO_DCCP"},
	{"nf_conntrack_gre_", "CONFIG_NF_CT_PROTO_GRE"},
	{"nf_conntrack_udplite_", "CONFIG_NF_CT_PROTO_UDPLITE"},
	{"nf_conntrack_events", "CONFIG_NF_CONNTRACK_EVENTS"},
	{"nf_conntrack_timestamp", "CONFIG_NF_CONNTRACK_TIMESTAMP"},
	{"nf_conntrack_icmpv6_", "CONFIG_IPV6"},
}

func buildOption(p string) string {
	for _, o := range buildOptions {
		if strings.HasPrefix(p, "net/netfilter/"+o.prefix) {
			return o.option
		}
	}
	return ""
}

// suggest offers the parameter, among those beside the missing one, whose
// name is closest; or nothing.
func (s *session) suggest(ctx context.Context, missing string) string {
	dir, name := path.Split(missing)
	entries, err := s.req.Host.ReadDir(ctx, procSys+strings.TrimSuffix(dir, "/"))
	if err != nil {
		return ""
	}
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	for _, e := range entries {
		if d := levenshtein.Distance(name, e.Name, nil); d <= 3 && d < len(name) {
			near = append(near, candidate{e.Name, d})
		}
	}
	if len(near) == 0 {
		return ""
	}
	sort.SliceStable(near, func(i, j int) bool { return near[i].distance < near[j].distance })
	return fmt.Sprintf(" Did you mean %q?", planner.SysctlKey(dir+near[0].name))
}
