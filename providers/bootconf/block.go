package bootconf

import "fmt"

// Block is what keeps a module from being loaded at boot.
type Block struct {
	// Module is the one that is kept out: the module asked for, or one that it needs.
	Module string
	// Text is the line, or the command line option, that does it.
	Text   string
	Origin Origin
}

// String says what blocks which module, and where.
func (b Block) String() string { return fmt.Sprintf("%q in %s", b.Text, b.Origin) }

// Block returns what keeps systemd-modules-load from loading a module: a
// blacklist, an install line that runs nothing, or the command line; for the
// modules that it needs, only what stops those too. Source: kmod(8),
// modprobe.d(5), systemd-modules-load.service(8); the kernel's
// module_blacklist option.
func (m *Modules) Block(module string) (Block, bool) {
	module = ModuleName(module)
	if b, ok := m.denied(module); ok {
		return b, true
	}
	for _, listed := range m.CommandLine.List("modprobe.blacklist") {
		if ModuleName(listed) == module {
			return Block{module, "modprobe.blacklist=" + module, Origin{Path: CommandLineFile}}, true
		}
	}
	for _, d := range m.Directives {
		if d.Command == "blacklist" && d.Module == module {
			return Block{module, "blacklist " + module, d.Origin}, true
		}
	}
	for _, need := range m.depends[module] {
		if b, ok := m.denied(need); ok {
			return b, true
		}
	}
	return Block{}, false
}

// denied finds what keeps a module out even where another one needs it; a
// blacklist does not.
func (m *Modules) denied(module string) (Block, bool) {
	for _, listed := range m.CommandLine.List("module_blacklist") {
		if ModuleName(listed) == module {
			return Block{module, "module_blacklist=" + module, Origin{Path: CommandLineFile}}, true
		}
	}
	for _, d := range m.Directives {
		if d.Module == module && d.Denies() {
			return Block{module, "install " + module + " " + d.Rest, d.Origin}, true
		}
	}
	return Block{}, false
}
