package bootconf

// Known reports whether modules.dep lists a module: whether the kernel of
// this release has it as a file. It is false for every module where
// modules.dep is missing; see HasFiles.
func (m *Modules) Known(module string) bool {
	_, known := m.depends[ModuleName(module)]
	return known
}

// HasFiles reports whether there is a modules.dep with anything in it.
func (m *Modules) HasFiles() bool { return len(m.depends) > 0 }

// Dependants lists the modules that need one, in no particular order.
func (m *Modules) Dependants(module string) []string {
	module = ModuleName(module)
	var out []string
	for name, needs := range m.depends {
		if contains(needs, module) {
			out = append(out, name)
		}
	}
	return out
}

// Denied returns what makes even `modprobe MODULE` fail: an install line that
// runs nothing, or the kernel's module_blacklist, for the module or for one
// that it needs. A blacklist line alone does not.
func (m *Modules) Denied(module string) (Block, bool) {
	module = ModuleName(module)
	if b, ok := m.denied(module); ok {
		return b, true
	}
	for _, need := range m.depends[module] {
		if b, ok := m.denied(need); ok {
			return b, true
		}
	}
	return Block{}, false
}
