data "hots" "this" {} # ERROR: Unknown data type

data "sysctl" "none" {} # ERROR: Missing required argument

data "sysctl" "list" {
  key = ["x"] # ERROR: Unsuitable value
}

data "sysctl" "null" {
  key = null # ERROR: Unsuitable value
}

data "sysctl" "broken" { # ERROR: Data cannot be read
  key = "broken"
}

data "host" "argument" {
  name = "x" # ERROR: Unsupported argument
}

conntrack "a" {
  max = data.sysctl.broken.value
}
