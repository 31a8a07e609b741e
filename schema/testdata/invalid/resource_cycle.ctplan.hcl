conntrack "a" { # ERROR: Circular reference
  max = conntrack.b.expect_max
}

conntrack "b" {
  expect_max = 4096
  depends_on = [sysctl.c]
}

sysctl "c" {
  key   = "net.core.somaxconn"
  value = local.max
}

locals {
  max = conntrack.a.max
}

conntrack "self" { # ERROR: Reference to itself
  buckets              = 1024
  tcp_timeout_close    = conntrack.self.buckets
}
