package schema

var conntrackSizes = conntrackKeys([]Attribute{
	{
		Name: "max", Type: TypeNumber, Unit: "entries", Min: bound(1), Max: bound(intMax), Global: true,
		Default: "by memory: buckets, or 4 × buckets before 5.15; 8 × hashsize where that is given at load",
		RangeReason: "0 means \"no limit\" to kernels up to 6.12, and newer ones refuse it: " +
			"give a number that the memory of the machine can hold.",
		Description: "Most connections that may be tracked at once, in each network namespace on its own. " +
			"Raise it when the kernel log says `nf_conntrack: table full, dropping packet`, together with `buckets`. " +
			"An entry takes 256 to 448 bytes of kernel memory that cannot be swapped out, and the plan shows what a new limit can cost. " +
			"Lowering it below the present count evicts nothing: new connections are dropped until enough have ended.",
	},
	{
		Name: "buckets", Type: TypeNumber, Unit: "buckets", Min: bound(1), Max: bound(intMax), Global: true,
		Default: "by memory: 65536 from 1 GiB and 262144 from 4 GiB; before 5.15 16384 and 65536",
		Description: "Size of the hash table that finds an entry. " +
			"Each entry stands in it twice, so with `buckets` equal to `max` two entries share a bucket when the table is full, and with `max` = 8 × `buckets` sixteen do. " +
			"The kernel rounds up to whole memory pages (512 buckets of 8 bytes), and the plan shows the rounded value. " +
			"A change moves the whole table while packets wait, so leave it alone at peak time. It does not change `max`. " +
			"Kernels before 4.7 can only be told at load (module option `hashsize`).",
	},
	{
		Name: "expect_max", Type: TypeNumber, Unit: "entries", Min: bound(1), Max: bound(intMax), Global: true,
		Default: "buckets / 256 × 4 at load, at least 4",
		Description: "Most connections that helpers (FTP, SIP, ...) may announce in advance, in each network namespace. " +
			"Raise it when the kernel log says `nf_conntrack: expectation table full`. " +
			"It is worked out once when the module is loaded, and does not follow a later change of `buckets`.",
	},
})

// logInvalidWords are the protocols that have a word. Source: IANA protocol
// numbers; 255 is IPPROTO_RAW, which nf_conntrack takes for "any".
var logInvalidWords = []EnumValue{
	{Word: "off", Kernel: "0", Description: "nothing", Aliases: []string{"false"}},
	{Word: "icmp", Kernel: "1", Description: "ICMP for IPv4"},
	{Word: "tcp", Kernel: "6", Description: "TCP"},
	{Word: "udp", Kernel: "17", Description: "UDP"},
	{Word: "dccp", Kernel: "33", Description: "DCCP"},
	{Word: "icmpv6", Kernel: "58", Description: "ICMP for IPv6 (the kernel's own documentation says 41, which is wrong)"},
	{Word: "sctp", Kernel: "132", Description: "SCTP"},
	{Word: "udplite", Kernel: "136", Description: "UDP-Lite"},
	{Word: "all", Kernel: "255", Description: "every protocol"},
}

var conntrackSwitches = conntrackKeys([]Attribute{
	flag("acct", "false",
		"Count packets and bytes of every connection, for `conntrack -L` and flow exporters. "+
			"It adds 128 bytes to an entry. It applies to new connections only, and switching it off leaves the counters of old ones running."),
	flag("checksum", "true",
		"Verify checksums of incoming packets, and treat those with a wrong one as INVALID. "+
			"Switch it off where a capture or a virtual network delivers packets whose checksums are not filled in yet; then broken packets make entries, too."),
	{
		Name: "events", Type: TypeEnum, Default: "\"auto\" from 5.19 on, \"on\" before",
		Enum: []EnumValue{
			{Word: "off", Kernel: "0", Description: "no events", Aliases: []string{"false"}},
			{Word: "on", Kernel: "1", Description: "always; 128 more bytes in every entry", Aliases: []string{"true"}},
			{Word: "auto", Kernel: "2", Description: "while a program listens (from 5.19 on; older kernels refuse it)"},
		},
		Description: "Tell programs of new and ended connections (`conntrack -E`, conntrackd, flow exporters). " +
			"`true` and `false` stand for `\"on\"` and `\"off\"`. " +
			"`\"off\"` saves time on a busy router, but silences every such program.",
	},
	flag("timestamp", "false",
		"Note when every connection began and ended, for `conntrack -L -o timestamp` and flow exporters. "+
			"It adds 128 bytes to an entry, or nothing if `acct` has done so already, and applies to new connections only."),
	{
		Name: "log_invalid", Type: TypeEnum, Default: "\"off\"", Enum: logInvalidWords,
		Numeric: true, Min: bound(0), Max: bound(255),
		Description: "Log packets that fit no connection, of one protocol or of all. " +
			"Use it to find out why packets are INVALID: out of window, wrong checksum, a strange combination of flags. " +
			"One protocol at a time; a number is one of /etc/protocols. " +
			"Nothing is printed while no log backend is bound (`net.netfilter.nf_log.2` is NONE), nor for other network namespaces unless `nf_log_all_netns` is set. " +
			"The lines have no rate limit of their own: switch it off again when done.",
	},
	flag("helper", "false; true before 4.7",
		"Attach helpers (FTP, SIP, ...) to connections by their port. "+
			"Leave it off: anybody who can make the host connect somewhere can then open ports through the firewall. "+
			"Kernels from 6.0 on have no such switch; `CT --helper` rules name the connections instead.").in("", "5.19"),
	timeout("events_retry_timeout", "15",
		"How long the kernel waits before it tries again to deliver the end of a connection that a listener missed. "+
			"Nothing to tune today: kernels from 3.16 on have no such parameter.").in("", "3.15"),
})
