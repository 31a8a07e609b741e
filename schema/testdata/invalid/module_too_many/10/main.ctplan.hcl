module "a" { # ERROR: Too many modules
  source = "../11"
}
module "b" {
  source = "../11"
}
