# Who resets the connections: this host, or the peer?

variable "quiet_port" {
  type        = number
  description = "Resets from this port are no news."
  default     = 3406
}

# A line for every TCP reset. IN= is set where the peer sent it, OUT= where
# this host did. Sequence numbers and options tell one connection from another.
log_rule "resets" {
  chains       = ["INPUT", "OUTPUT"]
  families     = ["ipv4"]
  protocol     = "tcp"
  sport        = "!${var.quiet_port}"
  tcp_flags    = { mask = ["RST"], set = ["RST"] }
  prefix       = "[drds] "
  level        = "debug"
  tcp_sequence = true
  tcp_options  = true
  ip_options   = true

  limit {
    rate  = "100/second"
    burst = 200
  }
}

# Those lines have a file of their own, kept for a month.
log_route "resets" {
  prefix = log_rule.resets.prefix
  file   = "/var/log/drds-tcp.log"
  stop   = true

  rotate {
    frequency = "daily"
    keep      = 30
    compress  = true
    dateext   = true
  }
}

# The kernel's own view: `ctplan trace` shows each event with both ends and the
# state of the connection. Linux 4.16 and later; off again after a boot.
tracepoint "resets" {
  events = [
    "tcp:tcp_send_reset",
    "tcp:tcp_receive_reset",
    "tcp:tcp_retransmit_skb",
    "sock:inet_sock_set_state",
  ]
}
