ctplan {
  required_version = "the newest" # ERROR: Invalid version constraint
}

ctplan {
  required_version = var.x # ERROR: Variables not allowed
}

ctplan {
  backend = "x" # ERROR: Unsupported argument
}
