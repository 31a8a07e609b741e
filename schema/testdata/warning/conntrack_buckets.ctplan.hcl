conntrack "sizes" {
  max     = 65536
  buckets = 131072 # WARNING: More buckets than entries
}
