conntrack "sizes" {
  max     = 1048576
  buckets = 16384 # WARNING: Few buckets for so many entries
}
