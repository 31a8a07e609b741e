conntrack "a" {
  for_each = toset(["x", "y"])
  max      = 1000 # ERROR: Kernel parameter set twice
}
