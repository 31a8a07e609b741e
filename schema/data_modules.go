package schema

import "github.com/zclconf/go-cty/cty"

// modulesDataType is the kind of data block that lists kernel modules.
var modulesDataType = DataType{
	Name:    "modules",
	Summary: "The kernel modules that are loaded, and those that are part of the kernel.",
	Attributes: []DataAttribute{
		{Name: "builtin", Type: cty.List(cty.String), Description: "Modules that are part of the kernel, sorted, as far as the kernel's files tell."},
		{Name: "loadable", Type: cty.Bool, Description: "Whether this kernel can load modules at all."},
		{Name: "loaded", Type: cty.List(cty.String), Description: "Modules that are loaded now, sorted."},
	},
}

// logBackendsDataType is the kind of data block that lists log backends.
var logBackendsDataType = DataType{
	Name:    "log_backends",
	Summary: "The log backends of the network namespace, by protocol family.",
	Attributes: []DataAttribute{
		{Name: "active", Type: cty.Map(cty.String), Description: "The logger that is bound to `ipv4`, `ipv6`, `arp`, `bridge` and `netdev`; `none` where there is none."},
		{Name: "available", Type: cty.Map(cty.List(cty.String)), Description: "The loggers that could be bound to each family now, without loading a module."},
	},
}
