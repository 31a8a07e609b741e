module "a" {
  source = "../9"
}
module "b" {
  source = "../9"
}
