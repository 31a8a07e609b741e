conntrack "a" {
  max = 1000
  depends_on = [
    conntrack.missing, # ERROR: Reference to something undeclared
    var.x, # ERROR: Unsuitable dependency
    "conntrack.${local.x}", # ERROR: Invalid address
    conntrack, # ERROR: Invalid address
    module.x, # ERROR: Reference to something undeclared
    module.x.conntrack.a, # ERROR: Unsuitable dependency
    conntrack.a.max, # ERROR: Invalid address
    conntrak.a, # ERROR: Unsuitable dependency
  ]
}

conntrack "b" {
  buckets    = 1024
  depends_on = conntrack.a # ERROR: Unsuitable value
}
