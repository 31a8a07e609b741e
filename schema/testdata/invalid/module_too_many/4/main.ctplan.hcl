module "a" {
  source = "../5"
}
module "b" {
  source = "../5"
}
