package schema

var conntrackTCPSwitches = conntrackKeys([]Attribute{
	flag("tcp_loose", "true",
		"Pick up TCP connections whose beginning was not seen. "+
			"Keep it on where connections must survive a reload of the rules, a failover or a reboot of the router. "+
			"Switched off, packets in the middle of an unknown connection are INVALID, and `log_invalid` does not show them."),
	flag("tcp_be_liberal", "false",
		"Accept TCP packets that are outside the window, and treat only such resets as INVALID. "+
			"Switch it on where a part of the traffic goes another way, or where hardware offload rewrites windows, "+
			"and `log_invalid` shows `ACK is over the upper bound`. It weakens the protection against forged packets."),
	{
		Name: "tcp_max_retrans", Type: TypeNumber, Default: "3", Unit: "packets", Min: bound(0), Max: bound(255),
		RangeReason: "The kernel keeps it in one byte; 5.10 and older take other numbers and misread them.",
		Description: "How many times a packet may be repeated without an answer before `tcp_timeout_max_retrans` takes the place of the state's own timeout. " +
			"A higher number keeps connections over bad links longer.",
	},
	flag("tcp_ignore_invalid_rst", "false",
		"Do not treat a reset outside the window as INVALID. "+
			"Switch it on where load balancers send resets with odd sequence numbers and rules drop INVALID packets, so that clients hang instead of being refused.").in("5.14", ""),
})

var conntrackTCPTimeouts = conntrackKeys([]Attribute{
	timeout("tcp_timeout_syn_sent", "120",
		"How long an entry lives after the first SYN. Shorten it where scans or floods of SYN packets fill the table."),
	timeout("tcp_timeout_syn_recv", "60",
		"How long an entry lives after the SYN was answered. Shorten it where floods of SYN packets reach an open port; "+
			"below a few seconds, slow clients cannot finish the handshake."),
	timeout("tcp_timeout_established", "432000 (5 days)",
		"How long a connection may be silent before it is forgotten. "+
			"It is the first to look at when the table is full of idle connections: an hour or a day is usual. "+
			"A connection that is silent for longer breaks behind NAT or a stateful firewall, so keep it above the keepalive interval of what passes (two hours by default); RFC 5382 asks NAT for at least 7440 seconds."),
	timeout("tcp_timeout_fin_wait", "120",
		"How long an entry lives after one side has closed. Peers that never answer the FIN fill the table; 60 seconds are still safe."),
	timeout("tcp_timeout_close_wait", "60",
		"How long an entry lives after the other side has closed and this one has not. "+
			"Raise it for protocols that go on sending for long after the peer's FIN (kube-proxy sets an hour)."),
	timeout("tcp_timeout_last_ack", "30",
		"How long an entry waits for the last ACK. Rarely worth a change."),
	timeout("tcp_timeout_time_wait", "120",
		"How long an ended connection is remembered. "+
			"Shorten it (30 to 60 seconds) on hosts with very many short connections, where most entries are in TIME_WAIT. "+
			"It is not the TIME_WAIT of sockets, which the kernel fixes at 60 seconds."),
	timeout("tcp_timeout_close", "10",
		"How long an entry lives after a reset. Rarely worth a change."),
	timeout("tcp_timeout_max_retrans", "300",
		"Longest silence once `tcp_max_retrans` packets in a row have gone unanswered. "+
			"Lower it to get rid of connections to vanished peers sooner."),
	timeout("tcp_timeout_unacknowledged", "300",
		"Longest silence while data is on its way that the peer has not acknowledged. "+
			"Lower it to get rid of connections to vanished peers sooner; it has to outlast an interruption that connections should survive."),
})
