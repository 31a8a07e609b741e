conntrack "numbers" {
  max             = 3.5          # ERROR: Not a whole number
  buckets         = "5MB"        # ERROR: Unsuitable value
  expect_max      = 0            # ERROR: Value out of range
  tcp_max_retrans = 300          # ERROR: Value out of range
  acct            = 1            # ERROR: Unsuitable value
  checksum        = "off"        # ERROR: Unsuitable value
  events          = "always"     # ERROR: Unsuitable value
  timestamp       = ["true"]     # ERROR: Unsuitable value
  log_invalid     = 256          # ERROR: Value out of range
  persist         = { a = true } # ERROR: Unsuitable value
}

conntrack "limits" {
  max               = 2147483648              # ERROR: Value out of range
  buckets           = 99999999999999999999999 # ERROR: Value out of range
  log_invalid       = "TCP"                   # ERROR: Unsuitable value
  frag6_high_thresh = "3GiB"                  # ERROR: Value out of range
  expect_max        = "65k"                   # ERROR: Unsuitable value
  tcp_max_retrans   = true                    # ERROR: Unsuitable value
}
