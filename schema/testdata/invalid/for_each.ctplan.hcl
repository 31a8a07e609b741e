sysctl "list" {
  for_each = ["a", "b"] # ERROR: Unsuitable for_each value
  key      = each.key
  value    = 1
}

sysctl "null" {
  for_each = null # ERROR: Unsuitable for_each value
  key      = each.key
  value    = 1
}

sysctl "number" {
  for_each = 3 # ERROR: Unsuitable for_each value
  key      = each.key
  value    = 1
}

sysctl "numbers" {
  for_each = toset([1, 2]) # ERROR: Unsuitable for_each value
  key      = each.key
  value    = 1
}

sysctl "nulls" {
  for_each = toset(["a", null]) # ERROR: Unsuitable for_each value
  key      = each.key
  value    = 1
}

sysctl "wrong" {
  for_each = local.nothing # ERROR: Reference to something undeclared
  key      = each.key
  value    = 1
}

sysctl "each" {
  for_each = { "net.core.somaxconn" = 1 }
  key      = each.name # ERROR: Invalid reference
  value    = each.value
}
