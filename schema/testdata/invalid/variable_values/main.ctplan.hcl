variable "number" { # ERROR: Unsuitable value for a variable
  type = number
}

variable "list" { # ERROR: Invalid value for a variable
  type = list(string)
}

variable "file" {
  type = number
}

variable "strict" { # ERROR: Unsuitable value for a variable
  type = object({ name = string, ports = list(number) })
}

variable "none" {
  nullable = false
}
