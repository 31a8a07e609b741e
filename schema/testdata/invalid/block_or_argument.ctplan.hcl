output "a" { # ERROR: Missing required argument
  value { # ERROR: Block instead of an argument
  }
}

variable "b" {
  default    = 1
  validation = true # ERROR: Argument instead of a block
  validate { # ERROR: Unsupported block type
  }
}

locals {
  c {} # ERROR: Unexpected "c" block
}

conntrack "d" {
  lifecycle = true # ERROR: Unsupported argument
}
