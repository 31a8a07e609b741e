conntrack "a" {
  for_each = { x = 1 }
  max      = 1000
}

removed { # ERROR: Removed resource is still there
  from = conntrack.a
}

removed {
  from = sysctl.b
  lifecycle { # ERROR: Unsupported block type
    destroy = false
  }
}

removed {
  from    = sysctl.c
  restore = "perhaps" # ERROR: Unsuitable value
}

removed {
  from = sysctl.d
}

removed { # ERROR: Removed twice
  from = sysctl.d
}

removed {
  from = data.host.x # ERROR: Invalid address
}
