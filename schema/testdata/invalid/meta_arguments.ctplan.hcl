conntrack "count" {
  count = 2 # ERROR: Unsupported argument
  max   = 1000
}

sysctl "enabled" {
  enabled = "perhaps" # ERROR: Unsuitable value
  key     = "net.core.somaxconn"
  value   = 1000
}

sysctl "null" {
  enabled = null # ERROR: Unsuitable value
  key     = "net.core.rmem_max"
  value   = 1000
}

sysctl "protect" {
  protect = [] # ERROR: Unsuitable value
  key     = "net.core.wmem_max"
  value   = 1000
}

conntrack "provider" {
  provider = linux # ERROR: Unsupported argument
  buckets  = 1024
}
