sysctl "current" {
  key   = "net.netfilter.nf_conntrack_max" # ERROR: Parameter of the conntrack block
  value = 1
}

sysctl "slashes" {
  key   = "net/netfilter/nf_conntrack_tcp_timeout_established" # ERROR: Parameter of the conntrack block
  value = 1
}

sysctl "alias" {
  key   = "net.nf_conntrack_max" # ERROR: Outdated or wrong kernel parameter
  value = 1
}

sysctl "old_max" {
  key   = "net.ipv4.ip_conntrack_max" # ERROR: Outdated or wrong kernel parameter
  value = 1
}

sysctl "old_timeout" {
  key   = "net.ipv4.netfilter.ip_conntrack_tcp_timeout_established" # ERROR: Outdated or wrong kernel parameter
  value = 1
}

sysctl "misspelt" {
  key   = "net.netfilter.nf_conntrack_timeout_established" # ERROR: Outdated or wrong kernel parameter
  value = 1
}

sysctl "read_only" {
  key   = "net.netfilter.nf_conntrack_count" # ERROR: Unsuitable kernel parameter
  value = 1
}

sysctl "proc" {
  key   = "/proc/sys/net/ipv4/ip_forward" # ERROR: Invalid kernel parameter
  value = 1
}

sysctl "escape" {
  key   = "net/../../etc/passwd" # ERROR: Invalid kernel parameter
  value = 1
}

sysctl "glob" {
  key   = "net.ipv4.conf.*.rp_filter" # ERROR: Invalid kernel parameter
  value = 1
}

sysctl "break" {
  key   = "net.ipv4.ip_forward\nkernel.sysrq" # ERROR: Invalid kernel parameter
  value = "1\nkernel.sysrq = 1"               # ERROR: Unsuitable value
}

sysctl "word" {
  key   = "ip_forward"   # ERROR: Invalid kernel parameter
  value = [4096, 131072] # ERROR: Unsuitable value
}

sysctl "minus" {
  key   = "-net.ipv4.ip_forward" # ERROR: Invalid kernel parameter
  value = 0.5                    # ERROR: Not a whole number
}

sysctl "missing" { # ERROR: Missing required argument; Missing required argument
}

sysctl "null" {
  key   = null # ERROR: Missing required argument
  value = "x"
}
