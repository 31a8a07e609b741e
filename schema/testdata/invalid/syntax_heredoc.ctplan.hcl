locals {
  a = <<-END
    never ends
}
# ERROR: Unterminated template string