conntrack { # ERROR: Missing name
}

variable "a" "b" {} # ERROR: Extraneous name

conntrack "a b" {} # ERROR: Invalid name

data "host" {} # ERROR: Missing name

locals "x" {} # ERROR: Extraneous name
