# Mistakes in postconditions show before anything is applied.

conntrack "a" {
  max = 1000

  lifecycle {
    postcondition {
      condition     = self.maxx >= 1000 # ERROR: Unknown attribute
      error_message = "No."
    }
    postcondition {
      condition     = self.max >= local.missing # ERROR: Reference to something undeclared
      error_message = "No."
    }
    postcondition {
      condition     = self.max
      error_message = "No ${var.missing}." # ERROR: Reference to something undeclared
    }
    postcondition {
      condition     = self.max >= 1000
      error_message = "Fine."
    }
  }
}
