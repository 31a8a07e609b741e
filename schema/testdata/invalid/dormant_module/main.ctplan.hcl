module "off" {
  source  = "./m"
  enabled = false
  max     = "not looked at"
}

module "none" {
  source   = "./m"
  for_each = {}
  max      = each.value
}

output "off" {
  value = module.off == null && module.none == {}
}
