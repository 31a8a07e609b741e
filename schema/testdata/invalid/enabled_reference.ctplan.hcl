conntrack "off" {
  enabled = false
  max     = 1000
}

conntrack "on" {
  buckets = conntrack.off.max # ERROR: Attempt to get attribute from null value
}
