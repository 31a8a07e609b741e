module "a" {
  source = "../2"
}
module "b" {
  source = "../2"
}
