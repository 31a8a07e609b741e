# A NAT router: idle connections live as long as RFC 5382 asks for (2 h 4 min),
# short UDP exchanges do not, and invalid TCP packets are logged.

variable "idle_tcp" {
  type        = string
  description = "How long an idle TCP connection survives behind the NAT."
  default     = "2h4m"

  validation {
    condition     = duration(var.idle_tcp) >= 7440
    error_message = "RFC 5382 (REQ-5) asks for at least 2h4m."
  }
}

conntrack "router" {
  acct        = true
  log_invalid = "tcp"
  tcp_loose   = true

  tcp_timeout_established = var.idle_tcp
  udp_timeout             = 60
  udp_timeout_stream      = 180
  generic_timeout         = "5m"
}

sysctl "forwarding" {
  for_each = toset(["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"])
  key      = each.key
  value    = 1
}
