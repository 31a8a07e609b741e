conntrack "a" {
  max = 1000
}

conntrack "b" {
  max = 2000 # ERROR: Kernel parameter set twice
}
