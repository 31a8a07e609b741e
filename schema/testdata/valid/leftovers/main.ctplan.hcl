conntrack "edge" {
  max = file("max.txt")
}
