package schema

// moduleBlacklistTable is the table of module_blacklist blocks.
var moduleBlacklistTable = BlockType{
	Name:    "module_blacklist",
	Summary: "Kernel modules that are kept out.",
	Description: "A blacklist line in modprobe.d stops one way of loading a module: by an alias, which is how the kernel asks for the modules of rules. " +
		"It stops neither `modprobe NAME`, nor another module that needs it, nor the kernel where it asks for the real name, as for the tables of iptables. `deny` stops those too: " +
		"it has modprobe run /bin/false instead. Only the kernel's own option `module_blacklist=` stops insmod.\n\n" +
		"Connection tracking is kept out by denying nf_conntrack; every rule that looks at connections or translates addresses then fails, and so does NOTRACK, whose target needs it.\n\n" +
		"An initramfs holds a copy of modprobe.d. If modules of the list are loaded in it, build it anew afterwards (`update-initramfs -u`, `dracut -f`).",
	Attributes: []Attribute{
		{Name: "modules", Type: TypeStringList, Required: true, Convert: listValue(moduleNames),
			Description: "Names of the modules. Dashes and underscores are the same. Names that this kernel no longer has are reported with what became of them."},
		{Name: "deny", Type: TypeBool, Default: "false",
			Description: "Also make explicit loads and those for the sake of another module fail (`install MODULE /bin/false`)."},
		{Name: "unload", Type: TypeBool, Default: "false",
			Description: "Unload the modules that are loaded now, those first that use others. The plan refuses while something else holds one, and says what."},
	},
	Example: `module_blacklist "no_conntrack" {
  modules = ["nf_conntrack", "nf_nat", "iptable_nat", "xt_conntrack"]
  deny    = true
  unload  = true
}
`,
}
