variable "first" {}
variable "second" {} # ERROR: Circular reference

output "first" {
  value = var.first
}

output "second" {
  value = var.second
}
