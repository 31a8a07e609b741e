variable "a" {
  default = 1
}
variable "a" {} # ERROR: Duplicate variable "a"

locals {
  b = 1
}
locals {
  b = 2 # ERROR: Duplicate local value "b"
}

output "c" {
  value = 1
}
output "c" { # ERROR: Duplicate output "c"
  value = 2
}

data "host" "d" {}
data "host" "d" {} # ERROR: Duplicate data "host" "d"

check "e" {
  assert {
    condition     = true
    error_message = "No."
  }
}
check "e" {} # ERROR: Duplicate check "e"
