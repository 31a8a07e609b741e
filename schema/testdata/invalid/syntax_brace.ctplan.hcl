conntrack "edge" { # ERROR: Unclosed configuration block
  max = 1000
