conntrack "a" {
  max = 1000
}

moved { # ERROR: Moved resource is still there
  from = conntrack.a
  to   = conntrack.b
}

moved { # ERROR: Move to another type
  from = conntrack.x
  to   = sysctl.x
}

moved { # ERROR: Move to the same address
  from = conntrack.y
  to   = conntrack.y
}

moved {
  from = conntrack.z
  to   = conntrack.a
}

moved { # ERROR: Moved twice
  from = conntrack.z
  to   = conntrack.c
}

moved {
  from = "conntrack-a" # ERROR: Invalid address
  to   = contrack.b # ERROR: Invalid address
}

moved { # ERROR: Missing required argument
  from = conntrack.q
}
