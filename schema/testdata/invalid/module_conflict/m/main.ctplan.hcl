conntrack "edge" {
  max = 2000 # ERROR: Kernel parameter set twice
}
