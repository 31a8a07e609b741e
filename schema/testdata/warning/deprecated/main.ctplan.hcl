variable "size" {
  default    = 1
  deprecated = "Use var.max."
}

module "m" {
  source = "./m"
  old    = 1 # WARNING: Deprecated variable
}
