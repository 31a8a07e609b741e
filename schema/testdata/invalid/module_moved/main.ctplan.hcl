module "m" {
  source   = "./m"
  for_each = { a = 1 }
}

moved { # ERROR: Moved resource is still there
  from = module.m
  to   = module.other
}

moved {
  from = module.n
  to   = module.m["a"]
}

removed { # ERROR: Removed resource is still there
  from = module.m["a"].conntrack.edge
}

removed {
  from = module.m["b"]
}
