locals {
  a = [1e308, 1e-0005, 1e9999999] # ERROR: Number out of range
}
