module "web" { # ERROR: Missing argument
  source = "./web"
  size   = "huge" # ERROR: Unsuitable value for a variable
  colour = "blue" # ERROR: Unsupported argument
}

module "checked" {
  source = "./web"
  name   = "x"
  size   = 1 # ERROR: Invalid value for a variable
}

output "x" {
  value = module.web.maxx # ERROR: Unknown attribute
}

output "y" {
  value = module.web["a"].max # ERROR: Unsupported instance key
}
