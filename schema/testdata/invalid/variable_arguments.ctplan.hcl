variable "a" {
  default   = 1
  sensitive = true # ERROR: Unsupported argument
}

variable "b" {
  default  = 1
  nullable = "perhaps" # ERROR: Unsuitable value
}

variable "c" {
  default     = 1
  description = ["x"] # ERROR: Unsuitable value
}

variable "source" {} # ERROR: Invalid name
