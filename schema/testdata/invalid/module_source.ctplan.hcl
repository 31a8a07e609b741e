module "a" {
  source = "hashicorp/consul/aws" # ERROR: Unsupported module source
}

module "b" {
  source = "../../etc" # ERROR: Module outside the configuration
}

module "c" {
  source = "./missing" # ERROR: No module in this directory
}

module "d" { # ERROR: Missing required argument
}

module "e" {
  source  = "./missing" # ERROR: No module in this directory
  version = "1.0" # ERROR: Unsupported argument
}

output "x" {
  value = [module.a.x, module.c.y]
}
