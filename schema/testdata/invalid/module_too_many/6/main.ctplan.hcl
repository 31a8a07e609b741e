module "a" {
  source = "../7"
}
module "b" {
  source = "../7"
}
