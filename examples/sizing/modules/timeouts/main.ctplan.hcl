variable "established" {
  type        = string
  description = "Timeout of an established TCP connection."
}

conntrack "this" {
  tcp_timeout_established = var.established
  tcp_timeout_time_wait   = "30s"
}
