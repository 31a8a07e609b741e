resource "conntrack" "edge" { # ERROR: Unsupported block type
  max = 1000
}
