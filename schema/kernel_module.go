package schema

// kernelModuleTable is the table of kernel_module blocks.
var kernelModuleTable = BlockType{
	Name:    "kernel_module",
	Summary: "A kernel module that is loaded or not, now and at boot, and its options.",
	Description: "The kernel loads most modules by itself when a rule needs them. Declare those that have to be there earlier, as for kernel parameters that a module brings, " +
		"or that need options, as connection tracking helpers do.\n\n" +
		"Modules that the module needs are loaded with it, and `ctplan destroy` unloads those again that ctplan has brought. " +
		"Unloading a module loses what it holds: with nf_conntrack go all tracked connections, and all its kernel parameters are back at their defaults when it is loaded again.",
	Attributes: []Attribute{
		{Name: "module", Type: TypeString, Required: true, Convert: oneValue(moduleName),
			Description: "Name of the module, as lsmod prints it. Dashes and underscores are the same; an alias stands for its module."},
		{Name: "state", Type: TypeEnum, Default: "loaded", Enum: []EnumValue{
			{Word: "loaded", Description: "it is in the kernel, or part of it"},
			{Word: "unloaded", Description: "it is not; nothing keeps it from being loaded again, see `module_blacklist`"},
		}, Description: "Whether the module is in the running kernel."},
		{Name: "boot", Type: TypeBool, Default: "true",
			Description: "Load the module at boot, before kernel parameters are set (modules-load.d). With `false` ctplan has no part in what the boot does."},
		{Name: "options", Type: TypeStringMap, Convert: moduleOptionsValue,
			Description: "Options of the module, as `modinfo` lists them. They are given when ctplan loads the module, written to modprobe.d for every later load, and, where the kernel takes a change at run time, to /sys/module. One that it does not take needs the module to be loaded anew, which the plan says."},
	},
	Check: checkKernelModule,
	Example: `kernel_module "ftp_helper" {
  module = "nf_conntrack_ftp"
  options = {
    ports = "21,2121"
    loose = false
  }
}
`,
}

func checkKernelModule(r *Resource) []Problem {
	if state, _ := r.String("state"); state != "unloaded" {
		return nil
	}
	var out []Problem
	if _, set := r.Attrs["options"]; set {
		out = append(out, Problem{Attribute: "options", Summary: "Options of a module that is to be unloaded",
			Detail: "Options are for a module that is loaded. Leave them out, or leave out state."})
	}
	if boot, set := r.Bool("boot"); set && boot {
		out = append(out, Problem{Attribute: "boot", Summary: "A module that is to be unloaded, and loaded at boot",
			Detail: "Leave boot out: it is for modules that are loaded. To keep the module out at boot too, declare a module_blacklist."})
	}
	return out
}
