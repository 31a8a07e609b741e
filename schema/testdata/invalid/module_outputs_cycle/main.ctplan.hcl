module "m" {
  source = "./m"
  first  = 1
  second = module.m.second
}
