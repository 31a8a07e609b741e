conntrack "a" {
  max = 1000

  lifecycle {
    ignore_drift    = [maximum, buckets, 3] # ERROR: Unknown attribute; Unsuitable value
    prevent_destroy = true # ERROR: Unsupported argument
    ignore_changes  = [max] # ERROR: Unsupported argument
    color           = "blue" # ERROR: Unsupported argument
  }

  lifecycle {} # ERROR: Duplicate lifecycle block
}

conntrack "b" {
  buckets = 1024
  lifecycle {
    ignore_drift = "all" # ERROR: Unsuitable value
  }
}
