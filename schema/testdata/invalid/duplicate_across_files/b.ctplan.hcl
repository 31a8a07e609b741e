conntrack "edge" { # ERROR: Duplicate conntrack "edge"
  max = 1000
}
