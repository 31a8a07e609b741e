variable "old" {
  default    = 0
  deprecated = "It has no effect."
}
