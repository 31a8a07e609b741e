variable "key" {}
variable "value" {}

module "inner" {
  source = "./inner"
  key    = var.key
  value  = var.value
}

output "key" {
  value = module.inner.key
}
