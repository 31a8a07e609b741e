variable "maximum" {
  default = 1
}
