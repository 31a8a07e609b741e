# Why are packets dropped, and which does connection tracking call invalid?

# What conntrack finds wrong with TCP packets goes to the kernel log:
# "nf_ct_proto_6: ACK is over the upper bound ...".
conntrack "debugging" {
  log_invalid = "tcp"
}

# Without a backend nothing of that is printed: nf_log.2 and nf_log.10 are NONE
# until somebody binds one. LOG rules do not need it.
log_backend "syslog" {
  for_each = {
    ipv4 = "nf_log_ipv4"
    ipv6 = "nf_log_ipv6"
  }
  family = each.key
  logger = each.value
}

# More of what the TCP tracker thinks, at level debug. The messages differ from
# kernel to kernel, so that they are chosen by their text and not by a line.
# They belong to a busy host's log for minutes only: take the block out again.
dynamic_debug "tcp_tracker" {
  file   = "nf_conntrack_proto_tcp.c"
  format = "nf_ct_tcp"
}

# Every new connection, once. A condition on the state has the kernel track
# connections where nothing else did.
log_rule "new" {
  chains   = ["INPUT"]
  protocol = "tcp"
  ctstate  = ["NEW"]
  prefix   = "[iptables] INPUT NEW: "

  limit {
    rate  = "10/second"
    burst = 20
  }
}

# Everything that reaches the closing REJECT of the chain. Behind it the rule
# would never see a packet; before_verdict keeps it just above.
log_rule "rejected" {
  chains   = ["INPUT"]
  prefix   = "input_drop: "
  position = "before_verdict"

  limit {
    rate = "5/second"
  }
}
