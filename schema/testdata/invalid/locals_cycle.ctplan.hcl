locals {
  a = local.b + 1 # ERROR: Circular reference
  b = local.c + 1
  c = local.a + 1
  d = local.d # ERROR: Reference to itself
  e = local.a
}
