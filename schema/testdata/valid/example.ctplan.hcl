variable "quiet_port" {
  type    = number
  default = 3406
}

conntrack "host" {
  max                     = 1048576
  buckets                 = 262144
  tcp_timeout_established = "1h"
  tcp_timeout_time_wait   = 60
  log_invalid             = "tcp"
}

output "quiet" {
  value       = "!${var.quiet_port}"
  description = "What is not logged."
}
