# "nf_conntrack: table full, dropping packet", remedy A: a table that is large
# enough, and entries that do not outlive their use.

conntrack "busy_server" {
  max     = 1048576
  buckets = 262144

  tcp_timeout_established = "1h" # the kernel keeps dead connections for 5 days
  tcp_timeout_close_wait  = 60
  tcp_timeout_fin_wait    = 60
  tcp_timeout_time_wait   = 60
}
