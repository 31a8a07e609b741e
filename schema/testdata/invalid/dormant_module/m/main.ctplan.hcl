variable "max" {
  type = number

  validation {
    condition     = var.max > local.least # ERROR: Reference to something undeclared
    error_message = "Too small."
  }
}

conntrack "edge" {
  max  = var.max
  maxx = var.max # ERROR: Unsupported argument
}

check "c" {
  assert {
    condition     = var.max > 10
    error_message = "Small."
  }
}

output "max" {
  value = conntrack.edge.max
}
