variable "a" {
  type = strng # ERROR: Invalid type specification
}

variable "b" {
  type = list # ERROR: Invalid type specification
}

variable "c" {
  type = object({ size = wide }) # ERROR: Invalid type specification
}

locals {
  use = [var.a, var.b, var.c]
}
