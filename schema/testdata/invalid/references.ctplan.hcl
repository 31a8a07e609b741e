variable "size" {
  default = 1
}

locals {
  good        = 1
  undeclared  = var.sise # ERROR: Reference to something undeclared
  local       = local.goood # ERROR: Reference to something undeclared
  bare        = var # ERROR: Invalid reference
  dynamic     = local[var.size] # ERROR: Invalid reference
  word        = udp # ERROR: Invalid reference
  misspelt    = vra.size # ERROR: Invalid reference
  counted     = count.index # ERROR: Invalid reference
  workspace   = terraform.workspace # ERROR: Invalid reference
  old         = locals.good # ERROR: Invalid reference
  key         = each.key # ERROR: Invalid reference
  me          = self.max # ERROR: Invalid reference
  here        = path.root # ERROR: Invalid reference
  resource    = conntrack.edge.max # ERROR: Reference to something undeclared
  attribute   = conntrack.host.maxx # ERROR: Unknown attribute
  instance    = conntrack.host["x"].max # ERROR: Unsupported instance key
  data        = data.hots.this # ERROR: Invalid reference
  datum       = data.host.that # ERROR: Reference to something undeclared
  data_attr   = data.host.this.cpu # ERROR: Unknown attribute
  data_only   = data.host # ERROR: Invalid reference
  no_module   = module.x.y # ERROR: Reference to something undeclared
  many        = sysctl.many.value # ERROR: Missing instance key
  no_key      = sysctl.many["c"].value # ERROR: Invalid index
}

data "host" "this" {}

conntrack "host" {
  max = 1000
}

sysctl "many" {
  for_each = toset(["net.core.somaxconn", "net.core.netdev_max_backlog"])
  key      = each.key
  value    = 1000
}
