package kmod

import (
	"slices"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/sysctl"
)

// ModprobeFile holds the lines of modprobe.d that ctplan writes: blacklists,
// denials and options.
const ModprobeFile = "/etc/modprobe.d/ctplan.conf"

// LoadSettings have a module loaded: settings of the module itself, for the
// attribute of a block, and of every module that is loaded along with it.
// Those that are there already stay whoever's they are, unless ctplan
// brought them: what it brings, it also takes away again. A module that is
// loaded, and not by ctplan, has no setting at all unless always is set.
func (inv *Inventory) LoadSettings(module, attribute string, w *Wishes, managed planner.Managed, always bool) []planner.Setting {
	var out []planner.Setting
	for _, m := range inv.brings(module) {
		s := planner.Setting{
			Layer:  planner.Runtime,
			Target: planner.Module(m),
			Phase:  planner.PhaseLoad,
			Rank:   inv.rank(m),
			State:  planner.Loaded(w.Options[m]...),
		}
		if m == module {
			s.Attribute = attribute
		}
		switch inv.Presence(m) {
		case bootconf.Builtin:
			continue
		case bootconf.Loaded:
			original, owned := managed.Originals[s.Target.ID()]
			if !(owned && original.State == nil) && !(always && m == module) {
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// unloadSetting has a module removed.
func (inv *Inventory) unloadSetting(module, attribute string) planner.Setting {
	return planner.Setting{
		Layer:     planner.Runtime,
		Target:    planner.Module(module),
		Phase:     planner.PhaseUnload,
		Rank:      -inv.rank(module),
		Attribute: attribute,
	}
}

// BootLoad has a module loaded at boot: an attribute of the boot layer, and a
// setting unless another file than ctplan's loads the module anyway. A line
// that is there stays, so that it does not come and go with other people's
// files.
func (inv *Inventory) BootLoad(module, attribute string) (planner.AttributeValue, []planner.Setting) {
	a := planner.AttributeValue{Name: attribute, Layer: planner.Boot, Before: false, After: true, Key: sysctl.ModulesLoadFile}
	if inv.builtIn(module) {
		a.Before, a.Same, a.Key, a.BeforeNote = true, true, "", "part of the kernel"
		return a, nil
	}
	if inv.ownLoad(module) {
		a.Before, a.Same = true, true
	} else if origin, loaded := inv.Boot.LoadedBy(module, sysctl.ModulesLoadFile); loaded {
		a.Before, a.Same, a.Key, a.BeforeNote = true, true, "", origin.String()
		return a, nil
	}
	return a, []planner.Setting{{
		Layer:     planner.Boot,
		Target:    planner.FileTarget(sysctl.ModulesLoadFile),
		Phase:     planner.PhaseFile,
		Attribute: attribute,
		Part:      module,
		State:     planner.Content(module + "\n"),
	}}
}

// ownLoad reports whether ctplan's own file loads a module at boot.
func (inv *Inventory) ownLoad(module string) bool {
	return slices.ContainsFunc(inv.Boot.Loads, func(l bootconf.Load) bool {
		return l.Module == module && l.Origin.Path == sysctl.ModulesLoadFile
	})
}

// ModprobeLine is a line of ctplan's file in modprobe.d. The part orders and
// identifies it among the others.
func ModprobeLine(layer planner.Layer, attribute, part, line string) planner.Setting {
	return planner.Setting{
		Layer:     layer,
		Target:    planner.FileTarget(ModprobeFile),
		Phase:     planner.PhaseFile,
		Attribute: attribute,
		Part:      part,
		State:     planner.Content(line + "\n"),
	}
}

// ownDirective reports whether ctplan's own file holds a line.
func (inv *Inventory) ownDirective(command, module string) bool {
	return slices.ContainsFunc(inv.Boot.Directives, func(d bootconf.Directive) bool {
		return d.Command == command && d.Module == module && d.Origin.Path == ModprobeFile
	})
}
