conntrack "edge" {
  frag6_low_thresh  = "4MiB" # ERROR: Lower threshold above the upper one
  frag6_high_thresh = "3MiB"
}
