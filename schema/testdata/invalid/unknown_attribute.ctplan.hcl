conntrack "edge" {
  maxx                               = 1000 # ERROR: Unsupported argument
  nf_conntrack_tcp_timeout_time_wait = 60 # ERROR: Unsupported argument
  ip_conntrack_max                   = 60 # ERROR: Unsupported argument
}
