sysctl "a" {
  key   = "net.ipv4.ip_forward"
  value = 1
}

sysctl "b" {
  key   = "net/ipv4/ip_forward" # ERROR: Kernel parameter set twice
  value = 1
}
