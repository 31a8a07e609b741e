variable "key" {}
variable "value" {}

sysctl "it" {
  key   = var.key
  value = var.value
}

output "key" {
  value = sysctl.it.key
}
