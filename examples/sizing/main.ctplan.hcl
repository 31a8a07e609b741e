# A table sized by the machine: 32 entries for each MiB of memory, and a hash
# that keeps chains short.

data "host" "this" {}

locals {
  entries = data.host.this.memory / mib(1) * 32
}

conntrack "sized" {
  max     = floor(local.entries)
  buckets = min(pow2ceil(local.entries / 2), 1048576)

  lifecycle {
    precondition {
      condition     = data.host.this.memory >= gib(1)
      error_message = "This sizing is meant for machines with at least 1 GiB of memory."
    }
  }
}

module "timeouts" {
  source      = "./modules/timeouts"
  established = "6h"
}

output "entries" {
  description = "How many connections the table can hold."
  value       = conntrack.sized.max
}
