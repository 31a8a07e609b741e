conntrack "edge" {
  max = 1000
}

check "headroom" {
  data "conntrack" "now" {}
  data "sysctl" "broken" { # WARNING: Data cannot be read
    key = "broken"
  }

  assert {
    condition     = data.conntrack.now.count < conntrack.edge.max # WARNING: Check failed
    error_message = "${data.conntrack.now.count} connections and room for ${conntrack.edge.max}."
  }

  assert {
    condition     = data.conntrack.now.count.x == 1 # WARNING: Unsupported attribute
    error_message = "Never said."
  }

  assert {
    condition     = data.sysctl.broken.value == "1"
    error_message = "Nobody knows."
  }
}
