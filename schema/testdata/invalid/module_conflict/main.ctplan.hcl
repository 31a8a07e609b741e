conntrack "edge" {
  max = 1000
}

module "m" {
  source = "./m"
}
