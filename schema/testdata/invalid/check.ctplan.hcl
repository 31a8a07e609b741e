check "empty" {} # ERROR: Check without an assertion

check "wrong" {
  data "nothing" "x" {} # ERROR: Unknown data type

  assert {
    condition     = local.missing # ERROR: Reference to something undeclared
    error_message = "No."
  }
}

check "twice" {
  data "host" "x" {}
  data "host" "x" {} # ERROR: Duplicate data "host" "x"

  assert {
    condition     = data.host.x.cpus > 0
    error_message = "No."
  }
}
