ctplan {
  required_version = ">= 1.0, < 2.0" # ERROR: Unsupported ctplan version
}

# Nothing else is said: this may be the newer version's language.
firewall "x" {}
