conntrack "durations" {
  tcp_timeout_established = "5MB"    # ERROR: Invalid duration
  tcp_timeout_syn_sent    = 0        # ERROR: Value out of range
  tcp_timeout_syn_recv    = -1       # ERROR: Value out of range
  tcp_timeout_time_wait   = "500ms"  # ERROR: Invalid duration
  tcp_timeout_close       = "0.001h" # ERROR: Invalid duration
  tcp_timeout_fin_wait    = "30d"    # ERROR: Value out of range
  tcp_timeout_last_ack    = "1m2h"   # ERROR: Invalid duration
  udp_timeout             = ""       # ERROR: Invalid duration
  udp_timeout_stream      = "5 d"    # ERROR: Invalid duration
  icmp_timeout            = "1h30"   # ERROR: Invalid duration
  icmpv6_timeout          = "-5s"    # ERROR: Invalid duration
  generic_timeout         = "1month" # ERROR: Invalid duration
  gre_timeout             = true     # ERROR: Unsuitable value
  gre_timeout_stream      = 1.5      # ERROR: Not a whole number
  frag6_low_thresh        = "64M"    # ERROR: Invalid size
  frag6_high_thresh       = "1h"     # ERROR: Invalid size
}
