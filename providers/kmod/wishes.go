package kmod

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/schema"
)

// Wish is what a resource wants of a module.
type Wish struct {
	Address string
	// Why completes "needs it ...": "for the target CT", "to be loaded".
	Why string
	// ByAlias marks a need that the kernel meets by asking for an alias,
	// which a blacklist line stops. Others only a denial stops.
	ByAlias bool
}

// Wishes are what all resources of a configuration want of modules, by the
// modules' names on this host.
type Wishes struct {
	// Loaded are the modules that somebody needs.
	Loaded map[string][]Wish
	// Blacklisted and Denied are those that a module_blacklist keeps out,
	// with its address; what is denied is in both.
	Blacklisted, Denied map[string]string
	// Unloaded are those that a resource wants gone.
	Unloaded map[string]string
	// Options are those of kernel_module blocks, as modprobe takes them.
	Options map[string][]string
}

// ReadWishes goes through a configuration.
func (inv *Inventory) ReadWishes(all []*schema.Resource) *Wishes {
	w := &Wishes{
		Loaded: map[string][]Wish{}, Blacklisted: map[string]string{}, Denied: map[string]string{},
		Unloaded: map[string]string{}, Options: map[string][]string{},
	}
	for _, r := range all {
		switch r.Type {
		case "kernel_module":
			w.module(inv, r)
		case "module_blacklist":
			w.blacklist(inv, r)
		default:
			for _, n := range inv.needs(r) {
				w.need(inv.Resolve(n.module), Wish{r.Address, n.why, n.byAlias})
			}
		}
	}
	return w
}

func (w *Wishes) need(module string, wish Wish) {
	if !slices.Contains(w.Loaded[module], wish) {
		w.Loaded[module] = append(w.Loaded[module], wish)
	}
}

func (w *Wishes) module(inv *Inventory, r *schema.Resource) {
	name, _ := r.String("module")
	module := inv.Resolve(name)
	if state, _ := r.String("state"); state == stateUnloaded {
		w.Unloaded[module] = r.Address
		return
	}
	w.need(module, Wish{Address: r.Address, Why: "to be loaded"})
	if options := moduleOptions(r); len(options) > 0 {
		w.Options[module] = options
	}
}

func (w *Wishes) blacklist(inv *Inventory, r *schema.Resource) {
	deny, _ := r.Bool("deny")
	unload, _ := r.Bool("unload")
	names, _ := r.Strings("modules")
	for _, name := range names {
		module := bootconf.ModuleName(name)
		w.Blacklisted[module] = r.Address
		if deny {
			w.Denied[module] = r.Address
		}
		if unload {
			w.Unloaded[module] = r.Address
		}
	}
}

// need is a module that a block cannot do without.
type need struct {
	module, why string
	byAlias     bool
}

// needs lists the modules behind a block, as far as its attributes tell.
// Source: kernel, request_module calls in net/netfilter/x_tables.c, and the
// tables of matches and targets of iptables.
func (inv *Inventory) needs(r *schema.Resource) []need {
	switch r.Type {
	case "conntrack":
		return []need{{"nf_conntrack", "for its parameters", false}}
	case "sysctl":
		key, _ := r.String("key")
		if module := bootconf.ModuleOf(bootconf.PathOf(key)); module != "" {
			return []need{{module, "for the parameter " + planner.SysctlKey(bootconf.PathOf(key)), false}}
		}
	case "notrack":
		return append([]need{{"xt_CT", "for the target CT", true}, {"nf_conntrack", "for the target CT, which is a part of connection tracking", false}}, matchNeeds(r)...)
	case "log_rule":
		target, backend := "xt_LOG", inv.SyslogModule("ipv4")
		if name, _ := r.String("target"); name == "NFLOG" {
			target, backend = "xt_NFLOG", "nfnetlink_log"
		}
		word := strings.TrimPrefix(target, "xt_")
		return append([]need{{target, "for the target " + word, true}, {backend, "for the target " + word, false}}, matchNeeds(r)...)
	case "log_backend":
		family, _ := r.String("family")
		logger, set := r.String("logger")
		switch {
		case !set || logger == schema.LoggerNone:
		case schema.IsSyslogLogger(logger):
			return []need{{inv.SyslogModule(family), "as the logger", false}}
		default:
			return []need{{logger, "as the logger", false}}
		}
	}
	return nil
}

// matches are the modules behind the attributes of rules.
var matches = []struct{ attribute, module string }{
	{"ctstate", "xt_conntrack"}, {"mark", "xt_mark"}, {"mac_source", "xt_mac"}, {"uid_owner", "xt_owner"},
	{"gid_owner", "xt_owner"}, {"src_type", "xt_addrtype"}, {"dst_type", "xt_addrtype"}, {"src_range", "xt_iprange"},
	{"dst_range", "xt_iprange"}, {"length", "xt_length"}, {"pkttype", "xt_pkttype"}, {"set", "xt_set"},
	{"limit", "xt_limit"}, {"hashlimit", "xt_hashlimit"},
}

func matchNeeds(r *schema.Resource) []need {
	var out []need
	for _, m := range matches {
		if _, set := r.Attrs[m.attribute]; set {
			out = append(out, need{m.module, "for " + m.attribute, true})
			if m.module == "xt_conntrack" {
				out = append(out, need{"nf_conntrack", "for " + m.attribute, false})
			}
		}
	}
	return out
}

// wanted lists who needs a module, or a module that needs it, in the order of
// addresses. Source of the second kind: modules.dep.
func (w *Wishes) wanted(inv *Inventory, module string) []Wish {
	out := slices.Clone(w.Loaded[module])
	for _, user := range sortedNames(w.Loaded) {
		if user == module || !slices.Contains(inv.Boot.Depends(user), module) {
			continue
		}
		for _, wish := range w.Loaded[user] {
			wish.Why = fmt.Sprintf("%s (%s needs %s)", wish.Why, user, module)
			wish.ByAlias = false
			out = append(out, wish)
		}
	}
	slices.SortStableFunc(out, func(a, b Wish) int { return strings.Compare(a.Address, b.Address) })
	return slices.CompactFunc(out, func(a, b Wish) bool { return a.Address == b.Address })
}

func sortedNames[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
