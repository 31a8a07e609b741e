variable "a" { # ERROR: Invalid value for a variable
  default = 1

  validation { # ERROR: Missing required argument
    condition = true
  }

  validation {
    condition     = var.a # ERROR: Unsuitable condition
    error_message = "No."
  }

  validation {
    condition     = var.b > 1 # ERROR: Reference to something undeclared
    error_message = "No."
  }

  validation {
    condition     = false
    error_message = ["No."] # ERROR: Unsuitable error message
  }
}
