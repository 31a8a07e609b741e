variable "max" { # ERROR: Invalid value for a variable; Invalid value for a variable
  type    = number
  default = 10

  validation {
    condition     = var.max >= 1000
    error_message = "At least 1000 connections, not ${var.max}."
  }

  validation {
    condition     = var.max >= var.least
    error_message = "Less than the least."
  }
}

variable "least" {
  default = 500
}
