package sysctl

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
)

// requireModules lists the modules that must be in our modules-load.d file
// for a resource's parameters to be set at boot, and reports those that the
// boot would refuse to load.
func (s *session) requireModules(d *declared) {
	if !d.persist {
		return
	}
	checked := map[string]bool{}
	for _, p := range d.parameters {
		module := bootconf.ModuleOf(p.path)
		if !s.boot.loadable[module] || checked[module] {
			continue
		}
		if _, set := s.boot.planned.Lookup(p.path); !set {
			continue // an option brings the value whenever the module is loaded
		}
		checked[module] = true
		if blocked, ok := s.boot.modules.Block(module); ok {
			s.refuseBlocked(p, module, blocked)
			continue
		}
		if s.needsLoad(d, module) {
			d.modules = append(d.modules, module)
		}
	}
}

// needsLoad reports whether our file has to load a module: not where another
// file, or a module that ours loads already, brings it. As with parameters,
// a line that is there stays.
func (s *session) needsLoad(d *declared, module string) bool {
	if s.boot.ownModule[module] {
		return true
	}
	if _, loaded := s.boot.modules.LoadedBy(module, ModulesLoadFile); loaded {
		return false
	}
	return !slices.ContainsFunc(d.modules, func(m string) bool {
		return slices.Contains(s.boot.modules.Depends(m), module)
	})
}

func (s *session) refuseBlocked(p *parameter, module string, blocked bootconf.Block) {
	why := fmt.Sprintf("%s keeps module %s from being loaded at boot", blocked, blocked.Module)
	if blocked.Module != module {
		why += fmt.Sprintf(", which %s needs", module)
	}
	s.find(p, planner.SeverityError, "boot:module-blocked",
		"Module "+module+" will not be loaded at boot",
		fmt.Sprintf("%s, so %s does not exist when sysctl.d is applied. Remove it, or set persist = false in %s.", why, p.key(), p.address))
}

// checkBoot reports files that keep a persistent value from taking effect.
func (s *session) checkBoot(p *parameter) {
	b := s.boot
	winner, set := b.planned.Lookup(p.path)
	if !set {
		return // an option of the module brings the value
	}
	if !p.becomes(winner.Value) {
		s.find(p, planner.SeverityError, "boot:overridden",
			fmt.Sprintf("%s sets %s to something else", winner.Origin, p.key()),
			fmt.Sprintf("Files in sysctl.d are read in the order of their names, and the last value wins over that in %s: %s = %s in %s. The next boot would not bring %s. Remove that line, or set persist = false in %s.%s",
				SysctlFile, planner.SysctlKey(winner.Path), winner.Value, winner.Origin, p.want, p.address, b.linkHint(winner)))
		return
	}
	for i := len(b.procps) - 1; i >= 0; i-- {
		a := b.procps[i]
		if a.Exclude || bootconf.Canonical(a.Path) != bootconf.Canonical(p.path) {
			continue
		}
		if !p.becomes(a.Value) {
			s.find(p, planner.SeverityWarning, "boot:sysctl-conf",
				fmt.Sprintf("%s sets %s to something else", a.Origin, p.key()),
				fmt.Sprintf("systemd does not read %s at boot, but `sysctl --system` reads it after all other files and would set %s. Remove line %d.", sysctlConf, a.Value, a.Origin.Line))
		}
		return
	}
}

// linkHint says which file to edit where the winner is reached by a link.
func (b *boot) linkHint(a bootconf.Assignment) string {
	i := slices.IndexFunc(b.files, func(f bootconf.File) bool { return f.Path == a.Origin.Path })
	if i < 0 || !b.files[i].Link {
		return ""
	}
	return fmt.Sprintf(" (%s is a symbolic link, on most systems to %s.)", a.Origin.Path, sysctlConf)
}

// checkOwner reports content in one of our files that ctplan did not write,
// if the file is needed.
func (s *session) checkOwner(name string, content []byte, needed bool) {
	_, owned := s.req.Managed.Originals[planner.FileTarget(name).ID()]
	if owned || !needed || len(bytes.TrimSpace(content)) == 0 {
		return
	}
	f := planner.Finding{Severity: planner.SeverityError, Code: "boot:foreign-file", Summary: name + " is not ctplan's"}
	f.Detail = "ctplan writes that file as a whole, and it holds something that ctplan did not write. Move its content to a file of another name."
	if planner.Composed(string(content)) {
		f.Severity = planner.SeverityWarning
		f.Code = "boot:orphaned-file"
		f.Summary = name + " is from a ctplan whose state is gone"
		f.Detail = "Its lines will be replaced by what this configuration declares. `ctplan destroy` will then restore the file as it is now, since what was there before is not known."
	}
	s.findings = append(s.findings, f)
}

// reportUnreadable warns of files that may hold more.
func (s *session) reportUnreadable(files []bootconf.Unreadable) {
	for _, u := range files {
		s.findings = append(s.findings, planner.Finding{
			Severity: planner.SeverityWarning,
			Code:     "boot:unreadable",
			Summary:  u.Path + " cannot be read",
			Detail:   fmt.Sprintf("%v. What the next boot brings is worked out without it; plan as root to include it.", u.Err),
		})
	}
}
