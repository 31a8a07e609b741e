package kmod

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/schema"
)

// proposeBlacklist answers a module_blacklist block. Its lines count from the
// moment that they are written, so that the block has one layer only.
func (s *session) proposeBlacklist(ctx context.Context, r *schema.Resource, out *planner.Proposal) {
	if !s.req.Facts.Boots() {
		s.refuse(r, "", "Modules belong to the whole machine", fmt.Sprintf(
			"%s would write to %s of the machine, and this plan is for a network namespace. Declare it in the configuration of the host itself.", r.Address, ModprobeFile))
		return
	}
	names, _ := r.Strings("modules")
	deny, _ := r.Bool("deny")
	b := &blacklist{session: s, resource: r, out: out, modules: sortedCopy(names), deny: deny}
	b.lines()
	if unload, _ := r.Bool("unload"); unload {
		b.unload()
	}
	b.check(ctx)
}

// blacklist is one module_blacklist block.
type blacklist struct {
	*session
	resource *schema.Resource
	out      *planner.Proposal
	modules  []string
	deny     bool
	changes  bool // something is not kept out yet
}

func sortedCopy(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

// kept is what keeps a module out already, and where that stands.
type kept struct {
	by   bootconf.Origin
	ours bool
}

// blacklisted finds what stops a module's aliases now.
func (inv *Inventory) blacklisted(module string) (kept, bool) {
	return inv.find(module, func(d bootconf.Directive) bool { return d.Command == "blacklist" }, "modprobe.blacklist", "module_blacklist")
}

// denied finds what makes every load of a module fail now. Of several
// install lines modprobe takes the first.
func (inv *Inventory) denied(module string) (kept, bool) {
	first := slices.IndexFunc(inv.Boot.Directives, func(d bootconf.Directive) bool {
		return d.Command == "install" && d.Module == module
	})
	return inv.find(module, func(d bootconf.Directive) bool {
		return d.Denies() && d == inv.Boot.Directives[first]
	}, "module_blacklist")
}

func (inv *Inventory) find(module string, counts func(bootconf.Directive) bool, options ...string) (kept, bool) {
	var found []kept
	for _, d := range inv.Boot.Directives {
		if d.Module == module && counts(d) {
			found = append(found, kept{d.Origin, d.Origin.Path == ModprobeFile})
		}
	}
	for _, option := range options {
		for _, listed := range inv.Boot.CommandLine.List(option) {
			if bootconf.ModuleName(listed) == module {
				found = append(found, kept{by: bootconf.Origin{Path: bootconf.CommandLineFile}})
			}
		}
	}
	if len(found) == 0 {
		return kept{}, false
	}
	// A line of ctplan's stays, so that it does not come and go with other
	// people's files.
	if i := slices.IndexFunc(found, func(k kept) bool { return k.ours }); i >= 0 {
		return found[i], true
	}
	return found[0], true
}

// lines proposes the lines of modprobe.d.
func (b *blacklist) lines() {
	out := planner.AttributeValue{Name: "modules", Layer: planner.Runtime, After: anyList(b.modules), Key: ModprobeFile}
	var there, elsewhere []string
	denied := 0
	for _, m := range b.modules {
		at, is := b.inv.blacklisted(m)
		if is {
			there = append(there, m)
		}
		if is && !at.ours {
			elsewhere = append(elsewhere, fmt.Sprintf("%s by %s", m, at.by))
		} else {
			b.out.Settings = append(b.out.Settings, ModprobeLine(planner.Runtime, "modules", "blacklist "+m, "blacklist "+m))
		}
		if !b.deny {
			continue
		}
		at, is = b.inv.denied(m)
		if is {
			denied++
		}
		if !is || at.ours {
			b.out.Settings = append(b.out.Settings, ModprobeLine(planner.Runtime, "deny", "install "+m, "install "+m+" /bin/false"))
		}
	}
	b.out.Exists = len(there) > 0
	if b.out.Exists {
		out.Before = anyList(there)
	}
	out.Same = len(there) == len(b.modules)
	out.BeforeNote = strings.Join(elsewhere, ", ")
	b.changes = !out.Same || b.deny && denied < len(b.modules)
	b.out.Attributes = append(b.out.Attributes, out)
	if b.deny {
		b.out.Attributes = append(b.out.Attributes, planner.AttributeValue{
			Name: "deny", Layer: planner.Runtime, Before: before(b.out.Exists, denied == len(b.modules)), After: true,
			Same: denied == len(b.modules), Key: ModprobeFile,
		})
	}
}

// before is a switch as found, or nothing where the resource is new.
func before(exists, value bool) any {
	if !exists {
		return nil
	}
	return value
}

// unload proposes to remove the modules that are loaded, users first.
func (b *blacklist) unload() {
	var loaded []string
	for _, m := range b.modules {
		if !b.inv.builtIn(m) {
			b.out.Settings = append(b.out.Settings, b.inv.unloadSetting(m, "unload"))
		}
		if _, is := b.inv.Loaded[m]; is {
			loaded = append(loaded, m)
		}
	}
	row := planner.AttributeValue{Name: "unload", Layer: planner.Runtime, Before: before(b.out.Exists, len(loaded) == 0), After: true, Same: len(loaded) == 0}
	if len(loaded) > 0 {
		slices.SortStableFunc(loaded, func(x, y string) int { return len(b.inv.users(x)) - len(b.inv.users(y)) })
		row.AfterNote = strings.Join(loaded, ", ")
		if slices.Contains(loaded, "nf_conntrack") {
			b.out.Notes = append(b.out.Notes, "with nf_conntrack "+lossOf("nf_conntrack"))
		}
		b.checkUnload(b.resource, "unload", loaded)
	}
	b.out.Attributes = append(b.out.Attributes, row)
}

func anyList(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
