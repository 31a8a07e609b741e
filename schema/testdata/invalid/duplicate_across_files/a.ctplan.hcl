conntrack "edge" {
  max = 1000
}
