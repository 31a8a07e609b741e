package kmod

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// check says what a blacklist cannot do, and whom it hurts.
func (b *blacklist) check(ctx context.Context) {
	for _, m := range b.modules {
		if b.inv.builtIn(m) {
			b.refuse(b.resource, "modules", "Module "+m+" is part of the kernel",
				fmt.Sprintf("Linux %s was built with %s in it, so modprobe has no say. Take it off the list.", b.inv.Release, m))
			continue
		}
		b.checkName(m)
		b.checkWishes(m)
		b.checkInstall(m)
		b.checkLoads(m)
	}
	b.checkStrength()
	b.checkLive()
	if b.changes {
		b.checkServices(ctx)
		b.checkInitramfs(ctx)
	}
}

// checkName explains names that mean nothing to this kernel.
func (b *blacklist) checkName(m string) {
	if b.inv.exists(m) || !b.inv.Boot.HasFiles() {
		return
	}
	detail := fmt.Sprintf("/lib/modules/%s has no such module; the line has no effect on this kernel.", b.inv.Release)
	switch text := explainName(m); {
	case text != "" && slices.Contains(b.modules, renamed[m].to):
		detail += fmt.Sprintf(" %s, which is in the list.", text)
	case text != "":
		detail += fmt.Sprintf(" %s: put that into the list.", text)
	case b.inv.aliases[m] != "":
		detail += fmt.Sprintf(" It is an alias of %s: put that into the list.", b.inv.aliases[m])
	}
	b.find(b.resource, "modules", planner.SeverityWarning, "kmod:unknown-module", "There is no module "+m, detail)
}

// checkWishes reports blocks of the same configuration that need what is kept
// out. A mere blacklist is in the way only where the kernel asks for an alias.
func (b *blacklist) checkWishes(m string) {
	var hurt []Wish
	for _, w := range b.wishes.wanted(b.inv, m) {
		if b.deny || w.ByAlias || w.Why == "to be loaded" {
			hurt = append(hurt, w)
		}
	}
	if len(hurt) == 0 {
		return
	}
	b.find(b.resource, "modules", planner.SeverityError, "kmod:contradiction",
		"Module "+m+" is kept out, and needed",
		fmt.Sprintf("%s keeps %s out, and %s. Keep one of them.", b.resource.Address, m, needers(hurt)))
}

// checkInstall reports a command that another file has run instead of the
// module: of several install lines modprobe takes the first.
func (b *blacklist) checkInstall(m string) {
	if !b.deny {
		return
	}
	for _, d := range b.inv.Boot.Directives {
		if d.Command != "install" || d.Module != m {
			continue
		}
		if !d.Denies() && comesAfter(ModprobeFile, d.Origin.Path) {
			b.find(b.resource, "deny", planner.SeverityError, "boot:overridden",
				fmt.Sprintf("%s has something else run for %s", d.Origin, m),
				fmt.Sprintf("modprobe takes the first install line, in the order of the files' names: \"install %s %s\". Remove it.", m, d.Rest))
		}
		return
	}
}

// checkLoads reports lines of modules-load.d that the blacklist will make
// fail or be skipped.
func (b *blacklist) checkLoads(m string) {
	for _, l := range b.inv.Boot.Loads {
		if b.inv.Resolve(l.Module) != m || b.inv.ownLoad(m) {
			continue
		}
		becomes := "skips it without an error"
		if b.deny {
			becomes = "fails, and with it the unit systemd-modules-load"
		}
		b.find(b.resource, "modules", planner.SeverityWarning, "kmod:loaded-at-boot",
			fmt.Sprintf("%s has %s loaded at boot", l.Origin, m),
			fmt.Sprintf("systemd-modules-load then %s. Remove that line.", becomes))
	}
}

// byName are modules that the kernel asks for by their own names, where a
// blacklist does not count. Source: kernel, request_module calls in
// ip_tables.c, xt_LOG.c and xt_NFLOG.c.
var byName = []string{"iptable_", "ip6table_", "arptable_", "nf_log_", "nfnetlink_log"}

// checkStrength warns of a blacklist that the kernel will walk around.
func (b *blacklist) checkStrength() {
	if b.deny {
		return
	}
	var why []string
	for _, m := range b.modules {
		if slices.ContainsFunc(byName, func(prefix string) bool { return strings.HasPrefix(m, prefix) }) {
			why = append(why, m+" is asked for by name")
			continue
		}
		var through []string
		for _, user := range sortedCopy(b.inv.Boot.Dependants(m)) {
			if !slices.Contains(b.modules, user) {
				through = append(through, user)
			}
		}
		if len(through) > 0 {
			why = append(why, fmt.Sprintf("%s comes with %s", m, few(through)))
		}
	}
	if len(why) > 0 {
		b.find(b.resource, "modules", planner.SeverityWarning, "kmod:blacklist-weak",
			"A blacklist alone does not keep these modules out",
			fmt.Sprintf("It stops loads by alias only: %s. With deny = true those fail too.", strings.Join(why, "; ")))
	}
}

// few writes the first names of a list.
func few(list []string) string {
	const most = 3
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d others", strings.Join(list[:most], ", "), len(list)-most)
}

// checkLive reports what uses the modules now. Unloading reports that itself.
func (b *blacklist) checkLive() {
	if unload, _ := b.resource.Bool("unload"); unload || !b.changes {
		return
	}
	uses := map[string]Use{}
	for _, m := range b.modules {
		for _, use := range b.inv.InUse(m) {
			uses[use.Module] = use
		}
	}
	if len(uses) == 0 {
		return
	}
	var list []string
	for _, m := range sortedNames(uses) {
		list = append(list, uses[m].String())
	}
	severity, then := planner.SeverityWarning, "The blacklist changes nothing for them now; at the next boot some of what uses them may fail."
	if b.deny {
		severity, then = planner.SeverityError, "At the next boot, or when they are made anew, those would fail. Remove them first."
	}
	b.find(b.resource, "modules", severity, "kmod:in-use", "Modules that are to be kept out are in use",
		fmt.Sprintf("Loaded and held: %s. %s", strings.Join(list, "; "), then))
}

// checkInitramfs warns where the initramfs is told to load a module: its copy
// of modprobe.d knows nothing of a new blacklist.
func (b *blacklist) checkInitramfs(ctx context.Context) {
	const list = "/etc/initramfs-tools/modules"
	f, err := b.req.Host.ReadFile(ctx, list)
	if err != nil {
		return
	}
	for line := range strings.Lines(string(f.Data)) {
		words := strings.Fields(line)
		if len(words) > 0 && slices.Contains(b.modules, b.inv.Resolve(words[0])) {
			b.find(b.resource, "modules", planner.SeverityWarning, "kmod:initramfs",
				"The initramfs loads "+words[0],
				fmt.Sprintf("%s lists it, and the initramfs has its own copy of modprobe.d. Remove it there and run update-initramfs -u after the apply.", list))
		}
	}
}

// service is a program that loads modules and fails without them.
type service struct {
	name    string // as in /proc/PID/comm
	modules []string
}

// natUsers need what translates addresses; they put rules in as they start
// and load what those need.
var natUsers = []string{"nf_conntrack", "nf_nat", "xt_conntrack", "xt_MASQUERADE", "xt_nat", "xt_addrtype", "iptable_nat", "iptable_filter", "nft_chain_nat", "nf_conntrack_netlink"}

var services = []service{
	{"dockerd", append([]string{"br_netfilter", "bridge"}, natUsers...)},
	{"kube-proxy", append([]string{"ip_vs", "ip_set"}, natUsers...)},
	{"kubelet", natUsers},
	{"containerd", []string{"overlay"}},
	{"libvirtd", natUsers},
	{"firewalld", []string{"nf_conntrack", "nft_ct", "nf_nat", "nft_chain_nat"}},
}

// checkServices warns of running programs that need the modules.
func (b *blacklist) checkServices(ctx context.Context) {
	hit := map[string][]string{}
	for _, s := range services {
		for _, m := range s.modules {
			if slices.Contains(b.modules, m) {
				hit[s.name] = append(hit[s.name], m)
			}
		}
	}
	if len(hit) == 0 {
		return
	}
	for _, name := range running(ctx, b.session, hit) {
		b.find(b.resource, "modules", planner.SeverityWarning, "kmod:service-needs-module",
			name+" is running, and needs what is kept out",
			fmt.Sprintf("It uses %s, and fails, or loads them again where it can, when it starts the next time.", strings.Join(sortedCopy(hit[name]), ", ")))
	}
}

// running lists which of some programs run, sorted.
func running(ctx context.Context, s *session, names map[string][]string) []string {
	entries, err := s.req.Host.ReadDir(ctx, "/proc")
	if err != nil {
		return nil
	}
	found := map[string]bool{}
	for _, e := range entries {
		if e.Name == "" || e.Name[0] < '1' || e.Name[0] > '9' {
			continue
		}
		f, err := s.req.Host.ReadFile(ctx, "/proc/"+e.Name+"/comm")
		if err != nil {
			continue // it ended meanwhile
		}
		if name := strings.TrimSpace(string(f.Data)); names[name] != nil {
			found[name] = true
		}
	}
	return sorted(found)
}
