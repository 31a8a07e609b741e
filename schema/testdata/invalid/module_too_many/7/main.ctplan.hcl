module "a" {
  source = "../8"
}
module "b" {
  source = "../8"
}
