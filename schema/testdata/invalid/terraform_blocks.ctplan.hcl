terraform { # ERROR: Unsupported block type
  required_version = ">= 1.0"
}

provider "linux" { # ERROR: Unsupported block type
}

import { # ERROR: Unsupported block type
  to = conntrack.edge
}

backend "local" {} # ERROR: Unsupported block type
