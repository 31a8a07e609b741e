conntrack "edge" {
  max                     = "lots" # ERROR: Unsuitable value
  buckets                 = -1 # ERROR: Value out of range
  acct                    = "maybe" # ERROR: Unsuitable value
  tcp_timeout_established = "1 fortnight" # ERROR: Invalid duration
  log_invalid             = "tpc" # ERROR: Unsuitable value
  udp_timeout             = 3.5 # ERROR: Not a whole number
}
