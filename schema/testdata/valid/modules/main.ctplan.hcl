variable "max" {
  type = number
}

module "limits" {
  source = "./limits"
  max    = var.max
}

module "tuning" {
  source     = "./tuning"
  for_each   = { core = "net.core.somaxconn", backlog = "net.core.netdev_max_backlog" }
  key        = each.value
  value      = module.limits.max
  depends_on = [module.limits]
}

module "off" {
  source  = "./tuning"
  enabled = false
  key     = "net.core.rmem_max"
  value   = 1
}

output "max" {
  value = module.limits.max
}

output "key" {
  value = module.tuning["core"].key
}

output "off" {
  value = module.off == null
}
