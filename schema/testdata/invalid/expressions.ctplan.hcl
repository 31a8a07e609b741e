locals {
  a = 1 + "x" # ERROR: Invalid operand
  b = { x = 1 }.y # ERROR: Unsupported attribute
  c = [1][5] # ERROR: Invalid index
  d = "${["x"]}y" # ERROR: Invalid template interpolation value
  e = null.x # ERROR: Attempt to get attribute from null value
  f = 0 / 0 # ERROR: Operation failed
  g = true ? 1 : [] # ERROR: Inconsistent conditional result types
}
