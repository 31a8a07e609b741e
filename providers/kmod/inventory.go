package kmod

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
)

// Inventory is what a host's kernel and its files say of modules.
type Inventory struct {
	// Release is the running kernel's, as in /lib/modules/RELEASE.
	Release string
	// Loadable is false where the kernel cannot load modules at all.
	Loadable bool
	// Locked is set once the kernel refuses to load and unload until the
	// next boot (kernel.modules_disabled).
	Locked bool
	// Loaded are the lines of /proc/modules by name.
	Loaded map[string]Entry
	// Boot is what modprobe.d, modules-load.d and the command line say.
	Boot *bootconf.Modules

	builtin  map[string]bool
	aliases  map[string]string   // exact ones only, to the module
	softdeps map[string][]string // modules that modprobe loads along
}

// Files of the kernel that tell of its modules.
const (
	procModules     = "/proc/modules"
	modulesDisabled = "/proc/sys/kernel/modules_disabled"
)

// ReadInventory reads everything once. It loads nothing.
func ReadInventory(ctx context.Context, h host.Host, facts planner.Facts) (*Inventory, error) {
	inv := &Inventory{Release: facts.Kernel, builtin: map[string]bool{}, aliases: map[string]string{}, softdeps: map[string][]string{}}
	f, err := h.ReadFile(ctx, procModules)
	switch {
	case err == nil:
		inv.Loadable = true
		if inv.Loaded, err = ParseModules(string(f.Data)); err != nil {
			return nil, fmt.Errorf("%s: %w", procModules, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if f, err := h.ReadFile(ctx, modulesDisabled); err == nil {
		inv.Locked = strings.TrimSpace(string(f.Data)) == "1"
	}
	if inv.Boot, err = bootconf.ReadModules(ctx, h, facts.Kernel); err != nil {
		return nil, err
	}
	dir := path.Join("/lib/modules", facts.Kernel)
	if err := inv.readBuiltin(ctx, h, dir); err != nil {
		return nil, err
	}
	if err := inv.readAliases(ctx, h, path.Join(dir, "modules.alias")); err != nil {
		return nil, err
	}
	return inv, inv.readSoftdeps(ctx, h, path.Join(dir, "modules.softdep"))
}

// optional is a file's content, or nothing where it cannot be read.
func optional(ctx context.Context, h host.Host, name string) (string, error) {
	f, err := h.ReadFile(ctx, name)
	if err != nil {
		return "", ctx.Err()
	}
	return string(f.Data), nil
}

// readBuiltin collects the modules that are part of the kernel: those that
// the build listed, and those that show in /sys although they are not loaded.
func (inv *Inventory) readBuiltin(ctx context.Context, h host.Host, dir string) error {
	listed, err := optional(ctx, h, path.Join(dir, "modules.builtin"))
	if err != nil {
		return err
	}
	for line := range strings.Lines(listed) {
		if name := moduleOfFile(strings.TrimSpace(line)); name != "" {
			inv.builtin[name] = true
		}
	}
	entries, err := h.ReadDir(ctx, "/sys/module")
	if err != nil {
		return ctx.Err()
	}
	for _, e := range entries {
		inv.addBuiltin(e.Name)
	}
	for _, s := range signs {
		if _, err := h.ReadFile(ctx, s.file); err == nil {
			inv.addBuiltin(s.module)
		}
	}
	return ctx.Err()
}

func (inv *Inventory) addBuiltin(module string) {
	if _, loaded := inv.Loaded[module]; !loaded {
		inv.builtin[module] = true
	}
}

// signs are files that exist only while a module does: they give away one
// that is part of the kernel, has no parameters and is listed nowhere.
var signs = []struct{ file, module string }{
	{"/proc/sys/net/netfilter/nf_conntrack_generic_timeout", "nf_conntrack"},
	{"/proc/sys/net/netfilter/nf_conntrack_frag6_timeout", "nf_defrag_ipv6"},
	{"/proc/sys/net/bridge/bridge-nf-call-iptables", "br_netfilter"},
}

// moduleOfFile is the name of the module in a file like
// "kernel/net/netfilter/xt_LOG.ko.xz".
func moduleOfFile(file string) string {
	if file == "" {
		return ""
	}
	base, _, _ := strings.Cut(path.Base(file), ".ko")
	return bootconf.ModuleName(base)
}

// readAliases keeps the aliases without wildcards, which is how a module
// goes by the name that it had on older kernels: "alias nf_log_ipv4 nf_log_syslog".
func (inv *Inventory) readAliases(ctx context.Context, h host.Host, name string) error {
	data, err := optional(ctx, h, name)
	if err != nil {
		return err
	}
	for line := range strings.Lines(data) {
		words := strings.Fields(line)
		if len(words) != 3 || words[0] != "alias" || strings.ContainsAny(words[1], "*?[:") {
			continue
		}
		if alias := bootconf.ModuleName(words[1]); inv.aliases[alias] == "" {
			inv.aliases[alias] = bootconf.ModuleName(words[2])
		}
	}
	return nil
}

// readSoftdeps keeps what modprobe loads before and after a module although
// the module does not need it: "softdep xt_LOG pre: nf_log_syslog".
func (inv *Inventory) readSoftdeps(ctx context.Context, h host.Host, name string) error {
	data, err := optional(ctx, h, name)
	if err != nil {
		return err
	}
	directives := append(bootconf.ParseModprobe(name, []byte(data)), inv.Boot.Directives...)
	for _, d := range directives {
		if d.Command != "softdep" {
			continue
		}
		for word := range strings.FieldsSeq(d.Rest) {
			if !strings.HasSuffix(word, ":") {
				inv.softdeps[d.Module] = append(inv.softdeps[d.Module], bootconf.ModuleName(word))
			}
		}
	}
	return nil
}

// Resolve gives the name under which the kernel knows a module: dashes are
// underscores, and a name that is only an alias becomes that of the module.
func (inv *Inventory) Resolve(name string) string {
	name = bootconf.ModuleName(name)
	if inv.exists(name) {
		return name
	}
	if module, ok := inv.aliases[name]; ok {
		return module
	}
	return name
}

// exists reports whether there is a module of exactly this name.
func (inv *Inventory) exists(name string) bool {
	_, loaded := inv.Loaded[name]
	return loaded || inv.builtin[name] || inv.Boot.Known(name)
}

// Presence tells where a module is now, by its resolved name.
func (inv *Inventory) Presence(module string) bootconf.Presence {
	switch _, loaded := inv.Loaded[module]; {
	case loaded:
		return bootconf.Loaded
	case inv.builtin[module]:
		return bootconf.Builtin
	}
	return bootconf.Absent
}
