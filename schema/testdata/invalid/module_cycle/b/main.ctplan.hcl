module "a" {
  source = "../a" # ERROR: Module that contains itself
}

module "root" {
  source = "../" # ERROR: Module that contains itself
}
