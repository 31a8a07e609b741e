conntrack "edge" {
  max = 1000
}

conntrack "edge" { # ERROR: Duplicate conntrack "edge"
  buckets = 1024
}
