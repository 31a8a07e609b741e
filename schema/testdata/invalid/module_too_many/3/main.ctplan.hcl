module "a" {
  source = "../4"
}
module "b" {
  source = "../4"
}
