// Package modhost is a fake host whose modules behave as a kernel's and
// kmod's do: modprobe, rmmod and modinfo work on the real dependencies of
// Debian's kernels, and what a module brings appears and goes with it.
package modhost

import (
	"context"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
)

//go:embed testdata/*.txtar
var kernels embed.FS

// Kernels are the generations that there are.
var Kernels = []string{"5.10", "6.1", "7.2"}

// Host is a fake host with a kernel of a generation.
type Host struct {
	*host.Fake
	Release string

	depends map[string][]string
	alias   map[string]string
	softdep map[string][]string
	builtin map[string]bool
	loaded  []string       // in the order of loading
	held    map[string]int // references by rules
	options map[string][]string
}

// New returns a host with nothing loaded.
func New(generation string) *Host {
	archive, err := kernels.ReadFile("testdata/" + generation + ".txtar")
	if err != nil {
		panic(err)
	}
	h := &Host{
		Fake: host.NewFakeLinux(), depends: map[string][]string{}, alias: map[string]string{}, softdep: map[string][]string{},
		builtin: map[string]bool{}, held: map[string]int{}, options: map[string][]string{},
	}
	files := map[string]string{}
	for _, f := range txtar.Parse(archive).Files {
		files[f.Name] = string(f.Data)
	}
	h.Release = strings.TrimSpace(files["release"])
	delete(files, "release")
	for name, data := range files {
		h.SetFile("/lib/modules/"+h.Release+"/"+name, data)
	}
	h.index(files)
	facts, _ := h.Facts(context.Background())
	facts.Kernel = h.Release
	h.SetFacts(facts)
	for _, m := range []string{"nf_conntrack", "nf_defrag_ipv4", "nf_defrag_ipv6"} {
		h.vanish(m)
	}
	h.SetControl("/proc/sys/kernel/modules_disabled", host.Control{Value: "0"})
	h.SetControl("/proc/cmdline", host.Control{Value: "root=/dev/vda1 ro\n", Mode: 0o444})
	h.SetProgram("modprobe", h.modprobe)
	h.SetProgram("rmmod", h.rmmod)
	h.SetProgram("modinfo", h.modinfo)
	h.show()
	return h
}

func nameOf(file string) string {
	base, _, _ := strings.Cut(path.Base(file), ".ko")
	return bootconf.ModuleName(base)
}

func (h *Host) index(files map[string]string) {
	for line := range strings.Lines(files["modules.dep"]) {
		file, needs, _ := strings.Cut(strings.TrimSpace(line), ":")
		h.depends[nameOf(file)] = nil
		for need := range strings.FieldsSeq(needs) {
			h.depends[nameOf(file)] = append(h.depends[nameOf(file)], nameOf(need))
		}
	}
	for line := range strings.Lines(files["modules.alias"]) {
		words := strings.Fields(line)
		h.alias[bootconf.ModuleName(words[1])] = words[2]
	}
	for line := range strings.Lines(files["modules.softdep"]) {
		words := strings.Fields(line)
		h.softdep[words[1]] = append(h.softdep[words[1]], words[3:]...)
	}
	for line := range strings.Lines(files["modules.builtin"]) {
		h.builtin[nameOf(strings.TrimSpace(line))] = true
	}
}

// Load loads modules as the kernel would for a rule; it panics if it cannot.
func (h *Host) Load(names ...string) {
	for _, name := range names {
		if r := h.load(name, nil, false); r.ExitCode != 0 {
			panic(string(r.Stderr))
		}
	}
}

// Hold has rules, or anything that is no module, hold a module n times more.
func (h *Host) Hold(module string, n int) {
	h.held[module] += n
	h.show()
}

// Options are those that a module was loaded with.
func (h *Host) Options(module string) []string { return h.options[module] }

// Loaded are the loaded modules, sorted.
func (h *Host) Loaded() []string {
	out := append([]string{}, h.loaded...)
	slices.Sort(out)
	return out
}

func (h *Host) holders(module string) []string {
	var out []string
	for _, m := range h.loaded {
		if slices.Contains(h.depends[m], module) {
			out = append(out, m)
		}
	}
	return out
}

// show writes /proc/modules, the youngest first as the kernel does.
func (h *Host) show() {
	var out strings.Builder
	for _, m := range slices.Backward(h.loaded) {
		list := "-"
		holders := h.holders(m)
		if len(holders) > 0 {
			list = strings.Join(holders, ",") + ","
		}
		fmt.Fprintf(&out, "%s 16384 %d %s Live 0x0000000000000000\n", m, len(holders)+h.held[m], list)
	}
	h.SetControl("/proc/modules", host.Control{Value: out.String(), Mode: 0o444})
}

func failure(text string, args ...any) host.Result {
	return host.Result{ExitCode: 1, Stderr: []byte(fmt.Sprintf(text, args...) + "\n")}
}

func (h *Host) directives() []bootconf.Directive {
	files, _, err := bootconf.Search(context.Background(), h.Fake, "modprobe.d")
	if err != nil {
		panic(err)
	}
	var out []bootconf.Directive
	for _, f := range files {
		out = append(out, bootconf.ParseModprobe(f.Path, f.Data)...)
	}
	return out
}

// load is modprobe: what the module needs comes first, and an install line
// that denies one of them makes all of it fail.
func (h *Host) load(name string, options []string, ignoreInstall bool) host.Result {
	name = bootconf.ModuleName(name)
	if _, known := h.depends[name]; !known && h.alias[name] != "" {
		name = h.alias[name]
	}
	needs, known := h.depends[name]
	switch {
	case h.builtin[name] || slices.Contains(h.loaded, name):
		return host.Result{}
	case !known:
		return failure("modprobe: FATAL: Module %s not found in directory /lib/modules/%s", name, h.Release)
	}
	own := []string{}
	for _, d := range h.directives() {
		if d.Module == name && d.Denies() && !ignoreInstall {
			return failure("modprobe: ERROR: could not insert '%s': Operation not permitted", name)
		}
		if d.Module == name && d.Command == "options" {
			own = append(own, strings.Fields(d.Rest)...)
		}
	}
	for _, need := range append(slices.Clone(h.softdep[name]), needs...) {
		if r := h.load(need, nil, false); r.ExitCode != 0 && slices.Contains(needs, need) {
			return failure("modprobe: ERROR: could not insert '%s': Invalid argument", name)
		}
	}
	h.loaded = append(h.loaded, name)
	h.options[name] = append(own, options...)
	h.appear(name)
	h.show()
	return host.Result{}
}

func (h *Host) modprobe(_ context.Context, c host.Command) (host.Result, error) {
	args, ignore := c.Argv[1:], false
	if args[0] == "-i" {
		args, ignore = args[1:], true
	}
	return h.load(args[0], args[1:], ignore), nil
}

func (h *Host) rmmod(_ context.Context, c host.Command) (host.Result, error) {
	name := c.Argv[1]
	at := slices.Index(h.loaded, name)
	switch holders := h.holders(name); {
	case at < 0:
		return failure("rmmod: ERROR: Module %s is not currently loaded", name), nil
	case len(holders) > 0:
		return failure("rmmod: ERROR: Module %s is in use by: %s", name, strings.Join(holders, " ")), nil
	case h.held[name] > 0:
		return failure("rmmod: ERROR: Module %s is in use", name), nil
	}
	h.loaded = slices.Delete(h.loaded, at, at+1)
	delete(h.options, name)
	h.vanish(name)
	h.show()
	return host.Result{}, nil
}

var _ host.Host = (*Host)(nil)

// Now is the state of every target that is a module, for tests that plan.
func (h *Host) Now(module string) *planner.State {
	if slices.Contains(h.loaded, module) {
		return planner.Loaded()
	}
	return nil
}
