package bootconf

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/ctplan/ctplan/providers/host"
)

// Presence is where a module is now.
type Presence int

// A module is not in the running kernel, loaded into it, or part of it.
const (
	Absent Presence = iota
	Loaded
	Builtin
)

// Modules answers what becomes of kernel modules at boot.
type Modules struct {
	// Loads are the lines of modules-load.d, in reading order.
	Loads []Load
	// Directives are the lines of modprobe.d, in reading order.
	Directives []Directive
	// CommandLine is that of the running kernel, taken to be the next one's too.
	CommandLine CommandLine
	// Unreadable files may hold more.
	Unreadable []Unreadable

	depends map[string][]string
}

// Load is a line of modules-load.d.
type Load struct {
	Module string
	Origin Origin
}

// CommandLineFile is the origin of what the kernel's command line says.
const CommandLineFile = "/proc/cmdline"

// ReadModules reads modules-load.d, modprobe.d, the command line and, for the
// kernel of this release, which modules need which.
func ReadModules(ctx context.Context, h host.Host, release string) (*Modules, error) {
	m := &Modules{}
	loads, unreadable, err := Search(ctx, h, "modules-load.d")
	if err != nil {
		return nil, err
	}
	m.Unreadable = unreadable
	for _, f := range loads {
		m.Loads = append(m.Loads, ParseModulesLoad(f.Path, f.Data)...)
	}
	rules, unreadable, err := Search(ctx, h, "modprobe.d")
	if err != nil {
		return nil, err
	}
	m.Unreadable = append(m.Unreadable, unreadable...)
	for _, f := range rules {
		m.Directives = append(m.Directives, ParseModprobe(f.Path, f.Data)...)
	}
	line, err := optional(ctx, h, CommandLineFile)
	if err != nil {
		return nil, err
	}
	m.CommandLine = ParseCommandLine(string(line))
	for _, module := range m.CommandLine.List("modules_load") {
		m.Loads = append(m.Loads, Load{ModuleName(module), Origin{Path: CommandLineFile}})
	}
	deps, err := optional(ctx, h, path.Join("/lib/modules", release, "modules.dep"))
	if err != nil {
		return nil, err
	}
	m.depends = parseDepends(deps)
	return m, nil
}

// optional returns a file's content, or nothing if it cannot be read.
func optional(ctx context.Context, h host.Host, name string) ([]byte, error) {
	f, err := h.ReadFile(ctx, name)
	if err != nil {
		return nil, ctx.Err()
	}
	return f.Data, nil
}

// ParseModulesLoad reads a modules-load.d file: one module on each line.
func ParseModulesLoad(name string, data []byte) []Load {
	var out []Load
	lines(data, "#;", func(number int, line string) {
		out = append(out, Load{ModuleName(line), Origin{name, number}})
	})
	return out
}

// parseDepends reads modules.dep: "path: path path", where the paths end in
// the modules' names and ".ko", perhaps compressed.
func parseDepends(data []byte) map[string][]string {
	out := map[string][]string{}
	lines(data, "#", func(_ int, line string) {
		module, needs, ok := strings.Cut(line, ":")
		if !ok {
			return
		}
		var names []string
		for _, need := range strings.Fields(needs) {
			names = append(names, moduleOfFile(need))
		}
		out[moduleOfFile(module)] = names
	})
	return out
}

func moduleOfFile(file string) string {
	base, _, _ := strings.Cut(path.Base(file), ".ko")
	return ModuleName(base)
}

// Depends lists the modules that have to be loaded before this one.
func (m *Modules) Depends(module string) []string { return m.depends[ModuleName(module)] }

// LoadedBy returns the line that has systemd-modules-load load a module,
// itself or because another one needs it, before sysctl.d is applied. Lines
// of the files in except do not count.
func (m *Modules) LoadedBy(module string, except ...string) (Origin, bool) {
	module = ModuleName(module)
	for _, l := range m.Loads {
		if contains(except, l.Origin.Path) {
			continue
		}
		if l.Module != module && !contains(m.depends[l.Module], module) {
			continue
		}
		if _, blocked := m.Block(l.Module); !blocked {
			return l.Origin, true
		}
	}
	return Origin{}, false
}

// Options returns the last value given to a module's parameter, by
// modprobe.d or by the command line, which comes after it.
func (m *Modules) Options(module, parameter string) (value string, from Origin, ok bool) {
	module = ModuleName(module)
	for _, d := range m.Directives {
		if d.Module != module {
			continue
		}
		for _, p := range d.Parameters() {
			if p.Name == parameter {
				value, from, ok = p.Value, d.Origin, true
			}
		}
	}
	for _, o := range m.CommandLine {
		if o.Name == module+"."+parameter {
			value, from, ok = o.Value, Origin{Path: CommandLineFile}, true
		}
	}
	return value, from, ok
}

// ReadPresence tells where a module is now. Modules that are part of the
// kernel and have no parameters show only in modules.builtin, so that
// without that file of the kernel's release they count as absent.
func ReadPresence(ctx context.Context, h host.Host, release, module string) (Presence, error) {
	module = ModuleName(module)
	loaded, err := h.ReadFile(ctx, "/proc/modules")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Absent, err
	}
	if hasModule(loaded.Data, module) {
		return Loaded, nil
	}
	if _, err := h.ReadDir(ctx, "/sys/module/"+module); err == nil {
		return Builtin, nil
	}
	builtin, err := optional(ctx, h, path.Join("/lib/modules", release, "modules.builtin"))
	if err != nil {
		return Absent, err
	}
	present := Absent
	lines(builtin, "#", func(_ int, line string) {
		if moduleOfFile(line) == module {
			present = Builtin
		}
	})
	return present, nil
}

// hasModule reports whether /proc/modules lists a module.
func hasModule(list []byte, module string) bool {
	prefix := []byte(module + " ")
	return bytes.HasPrefix(list, prefix) || bytes.Contains(list, append([]byte("\n"), prefix...))
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
