variable "a" {
  type    = number
  default = "many" # ERROR: Unsuitable default value
}

variable "b" {
  type    = map(object({ size = number }))
  default = { x = { size = "big" } } # ERROR: Unsuitable default value
}

variable "c" {
  default = var.a # ERROR: Variables not allowed
}

variable "d" {
  default = upper("x") # ERROR: Function calls not allowed
}

variable "e" {
  default  = null # ERROR: Unsuitable default value
  nullable = false
}
