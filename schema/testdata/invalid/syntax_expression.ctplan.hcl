conntrack "edge" {
  max = = 1000 # ERROR: Invalid expression
}
