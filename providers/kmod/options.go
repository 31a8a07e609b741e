package kmod

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/schema"
)

// declaredOptions are the options of a block by name.
func declaredOptions(r *schema.Resource) map[string]string {
	a, set := r.Attrs["options"]
	if !set {
		return nil
	}
	out := map[string]string{}
	for name, value := range a.Value.AsValueMap() {
		out[name] = value.AsString()
	}
	return out
}

// moduleOptions are the options of a block as modprobe takes them, sorted.
func moduleOptions(r *schema.Resource) []string {
	options := declaredOptions(r)
	var out []string
	for _, name := range sortedNames(options) {
		out = append(out, option(name, options[name]))
	}
	return out
}

// option writes an option for modprobe and modprobe.d. The kernel takes a
// value in double quotes as one; the schema lets no quote into a value.
func option(name, value string) string {
	if strings.ContainsRune(value, ' ') {
		value = `"` + value + `"`
	}
	return name + "=" + value
}

// options proposes the module's options, now and for every later load.
func (m *module) options(ctx context.Context) {
	options := declaredOptions(m.resource)
	if len(options) == 0 {
		return
	}
	m.checkNames(ctx, options)
	m.checkBuckets(options)
	m.liveOptions(ctx, options)
	if m.req.Facts.Boots() {
		m.bootOptions(options)
	}
}

// checkNames refuses options that the module does not have: the kernel would
// load it all the same, and ignore them.
func (m *module) checkNames(ctx context.Context, options map[string]string) {
	names, known := m.parameters(ctx, m.name)
	if !known {
		return
	}
	for _, name := range sortedNames(options) {
		if names[name] || name == "dyndbg" {
			continue
		}
		detail := fmt.Sprintf("Linux %s has no option %s for %s, and would ignore it with a line in its log.", m.inv.Release, name, m.name)
		if len(names) > 0 {
			detail += fmt.Sprintf(" It has %s.", strings.Join(sorted(names), ", "))
		}
		m.refuse(m.resource, "options", "Module "+m.name+" has no option "+name, detail)
	}
}

// liveOptions compares with the loaded module. What the kernel lets nobody
// change is as wanted only after the module has been loaded anew.
func (m *module) liveOptions(ctx context.Context, options map[string]string) {
	row := planner.AttributeValue{Name: "options", Layer: planner.Runtime, After: anyMap(options)}
	if m.presence == bootconf.Absent {
		m.attribute(row)
		return
	}
	before := map[string]string{}
	var stale []string
	row.Same = true
	for _, name := range sortedNames(options) {
		live := m.readParameter(ctx, m.name, name)
		want := m.settle(name, options[name], live.value)
		switch {
		case !live.visible:
			before[name] = options[name] // the kernel tells nobody; the load was told
			continue
		case live.value == want:
			before[name] = options[name]
		case live.writable:
			before[name], row.Same = live.value, false
		default:
			before[name] = live.value
			stale = append(stale, fmt.Sprintf("%s is %s", name, live.value))
		}
		if target := planner.Control(parameterFile(m.name, name)); live.writable && (live.value != want || m.owned(target)) {
			m.settings(planner.Setting{
				Layer: planner.Runtime, Target: target, Phase: planner.PhaseSysctl, Attribute: "options", State: planner.Value(want),
			})
		}
	}
	row.Before = anyMap(before)
	m.attribute(row)
	if len(stale) > 0 {
		m.needsReload(stale)
	}
}

func (m *module) owned(t planner.Target) bool {
	_, owned := m.req.Managed.Originals[t.ID()]
	return owned
}

func (m *module) needsReload(stale []string) {
	how := fmt.Sprintf("unload it and plan again (modprobe -r %s), or boot", m.name)
	if m.presence == bootconf.Builtin {
		how = "boot with the options on the kernel's command line"
	}
	m.find(m.resource, "options", planner.SeverityWarning, "kmod:needs-reload",
		"Options of "+m.name+" take effect when it is loaded anew",
		fmt.Sprintf("The module was loaded with other values, and the kernel takes no change of these while it is loaded: %s. To have them, %s.", strings.Join(stale, ", "), how))
}

// settle is what the kernel shows for a value once it holds it: Y and N for
// switches, decimal numbers, and whole pages of hash buckets.
func (m *module) settle(name, value, live string) string {
	if live == "Y" || live == "N" {
		switch strings.ToLower(value) {
		case "1", "y", "yes", "on":
			return "Y"
		case "0", "n", "no", "off":
			return "N"
		}
	}
	n, err := strconv.ParseInt(value, 0, 64)
	if err != nil {
		return value
	}
	if m.name == "nf_conntrack" && name == "hashsize" {
		if step := m.req.Facts.PageSize / 8; step > 0 && n > 0 {
			n = (n + step - 1) / step * step
		}
	}
	return strconv.FormatInt(n, 10)
}

// bootOptions proposes the options for every later load, by a line in
// modprobe.d, unless another file gives the same already.
func (m *module) bootOptions(options map[string]string) {
	row := planner.AttributeValue{Name: "options", Layer: planner.Boot, After: anyMap(options), Key: ModprobeFile}
	before, from := map[string]string{}, ""
	row.Same = true
	for _, name := range sortedNames(options) {
		value, origin, set := m.inv.Boot.Options(m.name, name)
		if set {
			before[name], from = value, origin.String()
		}
		if !set || value != options[name] {
			row.Same = false
		}
	}
	if len(before) > 0 {
		row.Before, row.BeforeNote = anyMap(before), from
	}
	own := m.inv.ownDirective("options", m.name)
	if m.presence == bootconf.Builtin {
		m.refuseBuiltinOptions(options, row.Same)
		row.Key, row.Same = bootconf.CommandLineFile, true
		row.Before = row.After
		m.attribute(row)
		return
	}
	m.attribute(row)
	if own || !row.Same {
		m.settings(ModprobeLine(planner.Boot, "options", "options "+m.name, "options "+m.name+" "+strings.Join(moduleOptions(m.resource), " ")))
	}
	m.checkLaterFiles(options)
}

// refuseBuiltinOptions says that modprobe.d is nothing to a module that is
// part of the kernel.
func (m *module) refuseBuiltinOptions(options map[string]string, there bool) {
	if there {
		return
	}
	var words []string
	for _, name := range sortedNames(options) {
		words = append(words, m.name+"."+option(name, options[name]))
	}
	m.find(m.resource, "options", planner.SeverityWarning, "kmod:builtin-options",
		"Options of "+m.name+" do not last: it is part of the kernel",
		fmt.Sprintf("modprobe.d has no effect on it. To have the options at every boot, add this to the kernel's command line: %s", strings.Join(words, " ")))
}

// checkLaterFiles reports files, and the command line, that come after
// ctplan's file and give an option another value: the last one counts.
func (m *module) checkLaterFiles(options map[string]string) {
	for _, name := range sortedNames(options) {
		value, origin, set := m.inv.Boot.Options(m.name, name)
		if !set || value == options[name] || origin.Path == ModprobeFile || !comesAfter(origin.Path, ModprobeFile) {
			continue
		}
		m.find(m.resource, "options", planner.SeverityError, "boot:overridden",
			fmt.Sprintf("%s gives %s of %s another value", origin, name, m.name),
			fmt.Sprintf("Options are read in the order of the files' names, the command line last, and the last value wins: %s=%s. Remove it there, or leave it out here.", name, value))
	}
}

// comesAfter reports whether modprobe reads a file after another.
func comesAfter(file, other string) bool {
	if file == bootconf.CommandLineFile {
		return true
	}
	base := func(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }
	return slices.Compare([]byte(base(file)), []byte(base(other))) > 0
}

func anyMap(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// checkBuckets refuses the size of the connection table in two places: the
// option and the kernel parameter are one variable.
func (m *module) checkBuckets(options map[string]string) {
	if _, set := options["hashsize"]; !set || m.name != "nf_conntrack" {
		return
	}
	for _, r := range m.req.All {
		key, _ := r.String("key")
		_, buckets := r.Int("buckets")
		if r.Type == "conntrack" && buckets || r.Type == "sysctl" && bootconf.PathOf(key) == "net/netfilter/nf_conntrack_buckets" {
			m.find(m.resource, "options", planner.SeverityError, "kmod:hashsize-and-buckets",
				"The size of the connection table is set twice",
				fmt.Sprintf("The option hashsize and %s are the same variable of the kernel. Leave the option out: the parameter can be changed while the module is loaded, and the option changes max as well (to 8 times its value).", r.Address))
		}
	}
}
