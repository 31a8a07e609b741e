conntrack "edge" {
  max = 1000
}

moved { # ERROR: Moved resource is still there
  from = conntrack.edge
  to   = conntrack.other
}
