ctplan {
  required_version = ">= 0.1, < 1.0"
}

variable "profile" {
  type        = object({ per_gib = number, name = optional(string, "plain") })
  default     = { per_gib = 16384 }
  description = "How generous to be."
  nullable    = false

  validation {
    condition     = var.profile.per_gib > 0
    error_message = "Must be positive, not ${var.profile.per_gib}."
  }

  validation {
    condition     = var.profile.per_gib <= local.most
    error_message = "At most ${local.most}."
  }
}

locals {
  most = 1000000
  max  = pow2ceil(floor(data.host.this.memory / gib(1)) * var.profile.per_gib)
  keys = { "net.core.somaxconn" = 4096, "net.core.netdev_max_backlog" = 16384 }
}

data "host" "this" {}

data "sysctl" "forward" {
  key = "net.ipv4.ip_forward"
}

data "sysctl" "many" {
  for_each = toset(["net.ipv4.ip_forward", "net.core.somaxconn"])
  key      = each.key
}

conntrack "edge" {
  max     = local.max
  buckets = local.max / 4
  protect = true

  lifecycle {
    ignore_drift = [max, "buckets"]

    precondition {
      condition     = self.max == conntrack.edge.max
      error_message = "Declared values are visible here."
    }
    postcondition {
      condition     = self.max >= local.max
      error_message = "The kernel took less."
    }
  }
}

conntrack "router" {
  enabled = data.sysctl.forward.value == "1"
  acct    = true
}

sysctl "tuning" {
  for_each   = local.keys
  key        = each.key
  value      = each.value
  depends_on = [conntrack.edge, conntrack.router]
}

check "headroom" {
  data "conntrack" "now" {}

  assert {
    condition     = data.conntrack.now.count < conntrack.edge.max
    error_message = "Full."
  }
}

moved {
  from = conntrack.old
  to   = conntrack.edge
}

moved {
  from = sysctl.tuning
  to   = sysctl.tuning["net.core.somaxconn"]
}

removed {
  from    = sysctl.gone
  restore = true
}

output "max" {
  value = conntrack.edge.max
}

output "instances" {
  value = [for k, v in sysctl.tuning : "${k}=${v.value}"]
}

output "live" {
  value = data.sysctl.many["net.core.somaxconn"].value
}
