data "host" "this" {}

conntrack "a" {
  max = 1000

  lifecycle {
    precondition {
      condition     = data.host.this.memory_mib >= 16384 # ERROR: Precondition failed
      error_message = "Needs 16 GiB, and ${data.host.this.hostname} has ${data.host.this.memory_mib} MiB."
    }
    precondition {
      condition     = self.max > 2000 # ERROR: Precondition failed
      error_message = "Too small."
    }
    precondition {
      condition     = "x" # ERROR: Unsuitable condition
      error_message = "Never."
    }
    postcondition { # ERROR: Missing required argument
      condition = self.max > 1
    }
  }
}
