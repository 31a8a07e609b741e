package schema

var conntrackDatagramTimeouts = conntrackKeys([]Attribute{
	timeout("generic_timeout", "600",
		"How long a flow of a protocol without rules of its own (ESP and others) may be silent. "+
			"Lower it where such traffic fills the table."),
	timeout("icmp_timeout", "30",
		"How long a ping or another ICMP request waits for its answer. Raise it for links with delays of more than seconds."),
	timeout("icmpv6_timeout", "30",
		"The same for ICMPv6."),
	timeout("udp_timeout", "30",
		"How long a UDP flow may be silent as long as packets went one way only or it has just begun. "+
			"Lower it on resolvers, where each query leaves such an entry. "+
			"RFC 4787 asks NAT for at least 120 seconds, apart from known short-lived ports."),
	timeout("udp_timeout_stream", "120; 180 before 5.0",
		"How long a UDP flow may be silent once packets went both ways for two seconds. "+
			"Raise it for VPNs, games and telephony whose keepalives come seldom."),
	timeout("udplite_timeout", "30",
		"The same as `udp_timeout` for UDP-Lite. From 4.11 on, `udp_timeout` holds for both.").in("", "4.10"),
	timeout("udplite_timeout_stream", "180",
		"The same as `udp_timeout_stream` for UDP-Lite. From 4.11 on, `udp_timeout_stream` holds for both.").in("", "4.10"),
	timeout("gre_timeout", "30",
		"How long a GRE tunnel may be silent as long as packets went one way only. "+
			"Raise it where PPTP or plain GRE tunnels break when idle.").in("5.1", ""),
	timeout("gre_timeout_stream", "180",
		"How long a GRE tunnel may be silent once packets went both ways. "+
			"Keep it above the keepalive interval of the tunnels.").in("5.1", ""),
})

var conntrackSCTP = conntrackKeys([]Attribute{
	timeout("sctp_timeout_closed", "10", "How long an SCTP association is remembered after its end."),
	timeout("sctp_timeout_cookie_wait", "3", "How long an entry waits for the answer to INIT. Raise it for links with delays of seconds."),
	timeout("sctp_timeout_cookie_echoed", "3", "How long an entry waits for the answer to COOKIE ECHO. Raise it for links with delays of seconds."),
	timeout("sctp_timeout_established", "210; 432000 (5 days) before 6.2",
		"How long an SCTP association may be silent. "+
			"Newer kernels, and stable releases such as 5.10.223 and 6.1.176, count on heartbeats, which come every 30 seconds: keep it above five of them."),
	timeout("sctp_timeout_shutdown_sent", "3; 0.3 (shown as 0) in older kernels", "How long an entry waits for the answer to SHUTDOWN. Rarely worth a change."),
	timeout("sctp_timeout_shutdown_recd", "3; 0.3 (shown as 0) in older kernels", "How long an entry waits after the peer's SHUTDOWN. Rarely worth a change."),
	timeout("sctp_timeout_shutdown_ack_sent", "3", "How long an entry waits for SHUTDOWN COMPLETE. Rarely worth a change."),
	timeout("sctp_timeout_heartbeat_sent", "30",
		"How long a second path of an association lives after a HEARTBEAT that nobody has answered yet.").in("4.3", ""),
	timeout("sctp_timeout_heartbeat_acked", "210",
		"How long a second path of an association may be silent. Newer kernels use `sctp_timeout_established` for it.").in("4.3", "6.1"),
})

var conntrackDCCP = conntrackKeys([]Attribute{
	flag("dccp_loose", "true",
		"Pick up DCCP connections whose beginning was not seen. It is the `tcp_loose` of DCCP, which kernels from 6.17 on do not track.").in("", "6.16"),
	timeout("dccp_timeout_request", "240", "How long a DCCP connection waits for the answer to its first packet.").in("", "6.16"),
	timeout("dccp_timeout_respond", "480", "How long a DCCP connection waits after the first answer.").in("", "6.16"),
	timeout("dccp_timeout_partopen", "480", "How long a DCCP connection may be silent while the handshake ends.").in("", "6.16"),
	timeout("dccp_timeout_open", "43200 (12 hours)", "How long an open DCCP connection may be silent.").in("", "6.16"),
	timeout("dccp_timeout_closereq", "64", "How long a DCCP connection waits after the server asked to close.").in("", "6.16"),
	timeout("dccp_timeout_closing", "64", "How long a DCCP connection waits for the answer to CLOSE.").in("", "6.16"),
	timeout("dccp_timeout_timewait", "240", "How long an ended DCCP connection is remembered.").in("", "6.16"),
})

// The kernel keeps the thresholds in an unsigned long, which has 32 bits on
// some machines. Source: net/ipv6/netfilter/nf_conntrack_reasm.c.
var conntrackFragments = conntrackKeys([]Attribute{
	timeout("frag6_timeout", "60",
		"How long fragments of an IPv6 packet wait for the rest of it. Lower it where floods of fragments fill the memory below."),
	{
		Name: "frag6_low_thresh", Type: TypeSize, Unit: "bytes", Min: bound(0), Max: bound(intMax), Default: "3145728 (3MiB)",
		Description: "Memory for IPv6 fragments down to which the kernel cleans up once `frag6_high_thresh` is reached. " +
			"It must not be above `frag6_high_thresh`.",
	},
	{
		Name: "frag6_high_thresh", Type: TypeSize, Unit: "bytes", Min: bound(0), Max: bound(intMax), Default: "4194304 (4MiB)",
		Description: "Most memory for IPv6 packets that are waiting for their fragments; further fragments are dropped. " +
			"Raise it where large packets (NFS, DNSSEC) get lost under load.",
	},
})
