package schema

import "slices"

// Facts about the keys (types, bounds, defaults, kernels) are from reading
// net/netfilter/nf_conntrack_standalone.c, nf_conntrack_core.c and the
// nf_conntrack_proto_*.c of kernels 3.10 to 7.2, and from trying 5.10, 6.1,
// 6.12, 6.18 and 7.2. A release named as first or last is good to about one
// release, and distributions bring newer code to older ones: what decides is
// whether the running kernel has the key.

// conntrackPrefix is what a kernel key has before the attribute's name.
const conntrackPrefix = "net.netfilter.nf_conntrack_"

var conntrackTable = BlockType{
	Name:    "conntrack",
	Summary: "Limits, switches and timeouts of connection tracking.",
	Description: `Every attribute is a kernel parameter: its name is the kernel's without ` + "`nf_conntrack_`" + `,
so ` + "`tcp_timeout_established`" + ` is ` + "`net.netfilter.nf_conntrack_tcp_timeout_established`" + `.
Attributes that are not set are left alone. Several blocks may share the work, but two blocks must not set the same attribute.

The parameters exist only while the module nf_conntrack is loaded, and come back to the kernel's defaults when it is unloaded,
at a reboot, and in every new network namespace. With ` + "`persist`" + ` they are written for the next boot as well, together with
what loads the module in time: systemd sets kernel parameters before a firewall would load it, and skips those that are not there yet.

Timeouts apply to an entry the next time one of its packets passes; idle entries keep the deadline that they have.
A ` + "`CT --timeout`" + ` policy of a firewall rule overrides them for the flows that it matches.`,
	Attributes: slices.Concat(
		conntrackSizes, conntrackSwitches,
		conntrackTCPSwitches, conntrackTCPTimeouts,
		conntrackDatagramTimeouts, conntrackSCTP, conntrackDCCP, conntrackFragments,
		[]Attribute{persistAttribute},
	),
	Check: checkConntrack,
	Hint:  conntrackHint,
	Example: `conntrack "edge" {
  max                     = 1048576
  buckets                 = 262144
  log_invalid             = "tcp"
  tcp_timeout_established = "1h"
  tcp_timeout_time_wait   = 60
  udp_timeout             = 30
}
`,
}

// persistAttribute is shared by the blocks that have a boot layer.
var persistAttribute = Attribute{
	Name:    "persist",
	Type:    TypeBool,
	Default: "true",
	Description: "Also write the values for the next boot. " +
		"Set it to `false` for a change that a reboot should undo. " +
		"It has no effect in a network namespace other than the initial one, since nothing restores those at boot, unless `-root` names the file system that belongs to it.",
}

// bound is the address of a bound, for the tables.
func bound(n int64) *int64 { return &n }

// intMax is the largest value of the kernel's int.
const intMax = 1<<31 - 1

// conntrackKeys completes the rows of a table whose keys begin like their
// names do.
func conntrackKeys(rows []Attribute) []Attribute {
	for i := range rows {
		rows[i].Key = conntrackPrefix + rows[i].Name
	}
	return rows
}

// flag is a row for a switch of the kernel.
func flag(name, def, description string) Attribute {
	return Attribute{Name: name, Type: TypeBool, Default: def, Description: description}
}

// maxTimeout is the longest timeout that every kernel takes: INT_MAX jiffies,
// at 1000 a second.
const maxTimeout = intMax / 1000

// timeout is a row for a timeout of the kernel, in seconds.
func timeout(name, def, description string) Attribute {
	return Attribute{
		Name: name, Type: TypeDuration, Default: def, Description: description,
		Unit: "seconds", Min: bound(1), Max: bound(maxTimeout),
		RangeReason: "The kernel counts in ticks, and one with 1000 ticks a second gets no further than 2147483 seconds. " +
			"It takes 0 and negative timeouts, but then forgets every new entry at once.",
	}
}

// in limits a row to the kernels that have its key.
func (a Attribute) in(since, until string) Attribute {
	a.Since, a.Until = since, until
	return a
}
