output "a" { # ERROR: Missing required argument
}

output "b" {
  value = local.x # ERROR: Reference to something undeclared
}

output "c" {
  value     = 1
  sensitive = true # ERROR: Unsupported argument
}
