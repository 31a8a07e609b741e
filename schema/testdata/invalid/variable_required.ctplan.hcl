variable "max" { # ERROR: No value for a required variable
  type = number
}

conntrack "edge" {
  max = var.max
}
