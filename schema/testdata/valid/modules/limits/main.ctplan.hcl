variable "max" {}

conntrack "edge" {
  max = var.max
}

output "max" {
  value = conntrack.edge.max
}
