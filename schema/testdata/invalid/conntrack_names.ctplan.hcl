conntrack "names" {
  nf_conntrack_max        = 1 # ERROR: Unsupported argument
  timeout_established     = 1 # ERROR: Unsupported argument
  established             = 1 # ERROR: Unsupported argument
  tcp_established_timeout = 1 # ERROR: Unsupported argument
  udp_stream              = 1 # ERROR: Unsupported argument
  hashsize                = 1 # ERROR: Unsupported argument
  count                   = 1 # ERROR: Unsupported argument
  tcp_no_window_check     = 1 # ERROR: Unsupported argument
  tcp_timeout_etablished  = 1 # ERROR: Unsupported argument
  depend_on               = 1 # ERROR: Unsupported argument
  warp_speed              = 1 # ERROR: Unsupported argument

  limit { # ERROR: Unsupported block type
    rate = 1
  }
}
