conntrack "a" {
  max = 1000
  dynamic "timeouts" { # ERROR: Unsupported block type
    for_each = [1]
    content {
      x = timeouts.value
    }
  }
}
