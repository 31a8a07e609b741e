package kmod

import (
	"context"
	"fmt"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/sysctl"
	"github.com/ctplan/ctplan/schema"
)

// The words of the attribute state.
const (
	stateLoaded   = "loaded"
	stateUnloaded = "unloaded"
)

// proposeModule answers a kernel_module block.
func (s *session) proposeModule(ctx context.Context, r *schema.Resource, out *planner.Proposal) {
	written, _ := r.String("module")
	m := &module{session: s, resource: r, out: out, name: s.inv.Resolve(written)}
	m.presence = s.inv.Presence(m.name)
	out.Exists = true // a module is loaded or not; the plan shows which
	if written != m.name {
		out.Notes = append(out.Notes, fmt.Sprintf("%s is another name of module %s", written, m.name))
	}
	if !s.req.Facts.InitNetns {
		out.Notes = append(out.Notes, "modules belong to the whole machine, not to a network namespace")
	}
	if state, _ := r.String("state"); state == stateUnloaded {
		m.unloaded()
		return
	}
	m.loaded(ctx)
}

// module is one kernel_module block and what is known of its module.
type module struct {
	*session
	resource *schema.Resource
	out      *planner.Proposal
	name     string
	presence bootconf.Presence
}

func (m *module) attribute(a planner.AttributeValue) { m.out.Attributes = append(m.out.Attributes, a) }
func (m *module) settings(list ...planner.Setting)   { m.out.Settings = append(m.out.Settings, list...) }

// loaded proposes a module that is to be in the kernel.
func (m *module) loaded(ctx context.Context) {
	if m.presence == bootconf.Absent && !m.canLoad() {
		return
	}
	row := planner.AttributeValue{Name: "state", Layer: planner.Runtime, Before: stateUnloaded, After: stateLoaded}
	switch m.presence {
	case bootconf.Loaded:
		row.Before, row.Same = stateLoaded, true
	case bootconf.Builtin:
		row.Before, row.Same, row.BeforeNote = stateLoaded, true, "part of the kernel"
	default:
		if along := m.loadedAlong(); len(along) > 0 {
			row.AfterNote = "with " + strings.Join(along, ", ")
		}
	}
	m.attribute(row)
	m.settings(m.inv.LoadSettings(m.name, "state", m.wishes, m.req.Managed, true)...)
	m.options(ctx)
	m.boot()
}

// loadedAlong are the modules that loading this one brings.
func (m *module) loadedAlong() []string {
	var out []string
	for _, other := range m.inv.brings(m.name) {
		if other != m.name && m.inv.Presence(other) == bootconf.Absent {
			out = append(out, other)
		}
	}
	return out
}

// canLoad reports whether the module can be loaded, and refuses it otherwise.
func (m *module) canLoad() bool {
	summary, detail := m.inv.LoadProblem(m.name, m.req.Facts)
	if summary == "" {
		return true
	}
	m.refuse(m.resource, "module", summary, detail)
	return false
}

// LoadProblem says why a module that is not there cannot be loaded on this
// host; the summary is empty where it can.
func (inv *Inventory) LoadProblem(module string, facts planner.Facts) (summary, detail string) {
	blocked, isBlocked := inv.Boot.Denied(module)
	switch {
	case !inv.Loadable:
		return "This kernel has no loadable modules", fmt.Sprintf(
			"Linux %s on %s was built without loadable modules (there is no %s), and nothing shows %s as a part of it. What is not built in cannot be added. "+
				"If it is built in and only leaves no trace, leave the block out.", facts.Kernel, facts.Hostname, procModules, module)
	case inv.Locked:
		return "Module " + module + " cannot be loaded", "kernel.modules_disabled is 1: this kernel loads and unloads nothing until the next boot."
	case inv.Boot.HasFiles() && !inv.Boot.Known(module):
		return "There is no module " + module, fmt.Sprintf("/lib/modules/%s has no such module.%s", inv.Release, inv.nameHint(module))
	case isBlocked:
		text := fmt.Sprintf("%s keeps modprobe from loading %s", blocked, blocked.Module)
		if blocked.Module != module {
			text += fmt.Sprintf(", which %s needs", module)
		}
		if blocked.Origin.Path == ModprobeFile {
			text += ". ctplan wrote that line: remove the module from module_blacklist and apply that first"
		} else {
			text += ". Remove that line"
		}
		return "Module " + module + " is denied", text + "."
	}
	return "", ""
}

// nameHint says what a name that does not exist may mean.
func (inv *Inventory) nameHint(module string) string {
	if text := explainName(module); text != "" {
		return fmt.Sprintf(" %s: write %q.", text, renamed[module].to)
	}
	for _, old := range olderNames(module) {
		if inv.exists(old) {
			return fmt.Sprintf(" This kernel is older than that name: %s. Write %q.", explainName(old), old)
		}
	}
	return ""
}

// boot proposes that the module is loaded at boot.
func (m *module) boot() {
	if want, set := m.resource.Bool("boot"); set && !want {
		return
	}
	if !m.req.Facts.Boots() {
		m.out.Notes = append(m.out.Notes, "is not loaded at boot: no file of this network namespace says so (boot = false leaves it out)")
		return
	}
	row, settings := m.inv.BootLoad(m.name, "boot")
	m.attribute(row)
	m.settings(settings...)
	if blocked, ok := m.inv.Boot.Block(m.name); ok && m.presence != bootconf.Builtin {
		m.find(m.resource, "boot", planner.SeverityError, "boot:module-blocked",
			"Module "+m.name+" will not be loaded at boot",
			fmt.Sprintf("%s keeps systemd-modules-load from loading module %s, silently where it is a blacklist. Remove that line, or set boot = false in %s.", blocked, blocked.Module, m.resource.Address))
	}
}

// unloaded proposes a module that is not to be in the kernel.
func (m *module) unloaded() {
	row := planner.AttributeValue{Name: "state", Layer: planner.Runtime, Before: stateUnloaded, After: stateUnloaded, Same: true}
	switch m.presence {
	case bootconf.Builtin:
		m.refuse(m.resource, "module", "Module "+m.name+" is part of the kernel",
			fmt.Sprintf("Linux %s was built with %s in it. It cannot be unloaded.", m.inv.Release, m.name))
		return
	case bootconf.Loaded:
		row.Before, row.Same = stateLoaded, false
		row.AfterNote = lossOf(m.name)
		m.checkUnload(m.resource, "state", []string{m.name})
	}
	m.attribute(row)
	m.settings(m.inv.unloadSetting(m.name, "state"))
	if origin, loads := m.inv.Boot.LoadedBy(m.name, sysctl.ModulesLoadFile); loads && m.req.Facts.Boots() {
		m.find(m.resource, "state", planner.SeverityWarning, "kmod:loaded-at-boot",
			"Module "+m.name+" is loaded again at boot",
			fmt.Sprintf("%s has it loaded. Remove that line, or declare a module_blacklist with deny = true.", origin))
	}
}

// lossOf says what goes with a module.
func lossOf(module string) string {
	if module == "nf_conntrack" {
		return "all tracked connections go, and its parameters lose their values"
	}
	return ""
}
