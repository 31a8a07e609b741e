variable "name" {
  type = string
}

variable "size" {
  type = number
  validation {
    condition     = var.size > 10
    error_message = "More than ten."
  }
}

output "max" {
  value = var.size
}
