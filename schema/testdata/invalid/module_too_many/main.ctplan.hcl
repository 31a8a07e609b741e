module "a" {
  source = "./1"
}
module "b" { 
  source = "./1"
}
