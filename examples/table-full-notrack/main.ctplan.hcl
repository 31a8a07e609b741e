# "nf_conntrack: table full, dropping packet", remedy C: the traffic that fills
# the table is not tracked, all other traffic is.
#
# Untracked packets match neither NEW nor ESTABLISHED. Where the firewall ends
# in a DROP, they need an ACCEPT of their own; `ctplan plan` says which rule
# would drop them.

variable "service" {
  type        = string
  description = "The address that the busy service listens on."
  default     = "192.0.2.10"
}

variable "port" {
  type        = number
  description = "Its port."
  default     = 8080
}

# role = "server" makes both rules: one for the requests that come in, and one
# for the answers that go out. With one of them alone the other direction is
# still tracked.
notrack "busy" {
  protocol    = "tcp"
  destination = [var.service]
  dport       = var.port
  role        = "server"

  # Entries from before stay until they time out: up to 5 days for established
  # connections. evict deletes them once the rules are in, and they cannot be
  # brought back. Connections go on without them, unless NAT translates them.
  evict = true
}

# Is there room in the table?
check "room" {
  data "conntrack" "now" {}

  assert {
    condition     = try(data.conntrack.now.count < data.conntrack.now.max, true) # null: not tracking
    error_message = "The connection table is full."
  }
}
