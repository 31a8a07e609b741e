module "a" {
  source = "../3"
}
module "b" {
  source = "../3"
}
