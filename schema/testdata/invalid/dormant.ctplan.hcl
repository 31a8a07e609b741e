# A block without instances is checked as far as no value decides.

conntrack "off" {
  enabled = false
  maxx    = 1 # ERROR: Unsupported argument
  buckets = local.missing # ERROR: Reference to something undeclared
  acct    = data.sysctl.absent.value + 1
  max     = -1 # ERROR: Value out of range
}

sysctl "none" {
  for_each = {}
  key      = each.key
  value    = each.valeu # ERROR: Invalid reference
}

data "sysctl" "absent" {
  key = "net.absent"
}
