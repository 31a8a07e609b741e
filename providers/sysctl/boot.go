package sysctl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
)

// The files that ctplan writes for the next boot. 90 goes behind vendors and
// most packages, and before 99-sysctl.conf, where administrators override.
const (
	SysctlFile      = "/etc/sysctl.d/90-ctplan.conf"
	ModulesLoadFile = "/etc/modules-load.d/ctplan.conf"
)

// sysctlConf is read by `sysctl --system`, last of all; systemd reads it only
// through a link in sysctl.d.
const sysctlConf = "/etc/sysctl.conf"

// boot is what the host's files say of the next boot, now and as planned.
type boot struct {
	files   []bootconf.File
	now     *bootconf.Sysctls // with our file as it is
	others  *bootconf.Sysctls // without our file
	planned *bootconf.Sysctls // with our file as it will be

	modules   *bootconf.Modules // nil where the kernel needs no module for any parameter
	loadable  map[string]bool   // modules that are loaded rather than part of the kernel
	procps    []bootconf.Assignment
	own       map[string]bool // parameters in our file now, by path
	ownModule map[string]bool // modules in our file now
	lines     map[string]bool // parameters that our file has to set, by path

	// bucketStep is what the kernel rounds hashsize up to a multiple of.
	bucketStep int64
}

// readBoot reads the files of the boot layer, where there is one and
// something is to persist in it.
func (s *session) readBoot(ctx context.Context, resources []*declared) error {
	var persist []*parameter
	for _, d := range resources {
		if d.persist {
			persist = append(persist, d.parameters...)
		}
	}
	if len(persist) == 0 {
		return nil
	}
	if !s.req.Facts.Boots() {
		s.noteNoBoot(resources)
		return nil
	}
	files, unreadable, err := bootconf.Search(ctx, s.req.Host, "sysctl.d")
	if err != nil {
		return err
	}
	b := &boot{files: files, now: bootconf.NewSysctls(files), bucketStep: bucketStep(s.req.Facts)}
	s.boot = b
	content, err := b.readOwn(ctx, s.req.Host)
	if err != nil {
		return err
	}
	b.others = b.now.With(SysctlFile, nil)
	if f, err := s.req.Host.ReadFile(ctx, sysctlConf); err == nil {
		b.procps, _ = bootconf.ParseSysctl(sysctlConf, f.Data)
	} else if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := b.readModules(ctx, s, persist); err != nil {
		return err
	}
	if b.modules != nil {
		unreadable = append(unreadable, b.modules.Unreadable...)
	}
	s.reportUnreadable(unreadable)
	b.plan(persist)
	for _, d := range resources {
		s.requireModules(d)
	}
	for _, p := range persist {
		s.checkBoot(p)
	}
	s.checkOwner(SysctlFile, content[SysctlFile], len(b.lines) > 0)
	s.checkOwner(ModulesLoadFile, content[ModulesLoadFile], slices.ContainsFunc(resources, func(d *declared) bool { return len(d.modules) > 0 }))
	return nil
}

// noteNoBoot says why persist has no effect, on the resources that ask for it.
func (s *session) noteNoBoot(resources []*declared) {
	for _, d := range resources {
		if d.persist && len(d.parameters) > 0 {
			d.notes = append(d.notes, fmt.Sprintf(
				"persist has no effect here: the files under /etc are for the initial network namespace, and this plan is for %s", namespace(s.req.Facts)))
		}
	}
}

// readOwn reads the two files that ctplan writes, and returns their content.
func (b *boot) readOwn(ctx context.Context, h host.Host) (map[string][]byte, error) {
	b.own, b.ownModule = map[string]bool{}, map[string]bool{}
	content := map[string][]byte{}
	for _, name := range []string{SysctlFile, ModulesLoadFile} {
		f, err := h.ReadFile(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		content[name] = f.Data
	}
	assignments, _ := bootconf.ParseSysctl(SysctlFile, content[SysctlFile])
	for _, a := range assignments {
		b.own[a.Path] = true
	}
	for _, l := range bootconf.ParseModulesLoad(ModulesLoadFile, content[ModulesLoadFile]) {
		b.ownModule[l.Module] = true
	}
	return content, nil
}

// readModules finds out which modules the persistent parameters need, and
// what the boot does about modules if there are any.
func (b *boot) readModules(ctx context.Context, s *session, persist []*parameter) error {
	b.loadable = map[string]bool{}
	asked := map[string]bool{}
	for _, p := range persist {
		module := bootconf.ModuleOf(p.path)
		if module == "" || asked[module] {
			continue
		}
		asked[module] = true
		presence, err := bootconf.ReadPresence(ctx, s.req.Host, s.req.Facts.Kernel, module)
		if err != nil {
			return err
		}
		// The parameter exists, so that a module that is not loaded is part
		// of the kernel even where nothing lists it.
		b.loadable[module] = presence == bootconf.Loaded || s.coming[module]
		if b.loadable[module] && b.modules == nil {
			if b.modules, err = bootconf.ReadModules(ctx, s.req.Host, s.req.Facts.Kernel); err != nil {
				return err
			}
		}
	}
	return nil
}

// plan works out our file as it will be, and its effect among the others.
func (b *boot) plan(persist []*parameter) {
	b.lines = map[string]bool{}
	var content bytes.Buffer
	for _, p := range persist {
		if b.needsLine(p) {
			b.lines[p.path] = true
			content.WriteString(p.line())
		}
	}
	b.planned = b.now.With(SysctlFile, content.Bytes())
}

// needsLine reports whether our file has to set a parameter: not where
// another file, or an option of its module, sets it already. A line that is
// there stays, so that it does not come and go with other people's files.
func (b *boot) needsLine(p *parameter) bool {
	if b.own[p.path] {
		return true
	}
	if a, set := b.others.Lookup(p.path); set {
		return !p.becomes(a.Value)
	}
	value, _, set := b.moduleOption(p)
	return !set || !p.becomes(value)
}

// line is a parameter as sysctl.d has it.
func (p *parameter) line() string { return p.key() + " = " + p.want + "\n" }

// takesEffect reports whether a parameter exists when sysctl.d is applied,
// the way things are: its module is part of the kernel or loaded before.
func (b *boot) takesEffect(p *parameter) bool {
	module := bootconf.ModuleOf(p.path)
	if module == "" || !b.loadable[module] {
		return true
	}
	_, loaded := b.modules.LoadedBy(module)
	return loaded
}

// before is the value that the next boot would bring now, raw, and where it
// comes from. There is none where the kernel's default holds.
func (b *boot) before(p *parameter) (value string, set bool, note string) {
	a, set := b.now.Lookup(p.path)
	if set && b.takesEffect(p) {
		return a.Value, true, a.Origin.String()
	}
	if value, from, ok := b.moduleOption(p); ok {
		return value, true, from
	}
	if set {
		return "", false, fmt.Sprintf("kernel default: set in %s, but %s is not loaded when that is read", a.Origin, bootconf.ModuleOf(p.path))
	}
	return "", false, "kernel default"
}
