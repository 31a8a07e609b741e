# FTP through a firewall: the helper reads the control connection and expects
# the data connections. Its ports are options of the module, which have to be
# there when it is loaded.

kernel_module "ftp" {
  module = "nf_conntrack_ftp"

  options = {
    ports = "21,2121"
    loose = 0 # the data connection comes from the host of the control connection
  }
}

# With NAT the addresses in the control connection are translated too. It
# needs the helper, which is loaded with it.
kernel_module "ftp_nat" {
  module     = "nf_nat_ftp"
  depends_on = [kernel_module.ftp]
}

# How many connections the helper may expect at once. The limit is reached
# when the kernel logs "nf_conntrack: expectation table full".
conntrack "helpers" {
  expect_max = 1024
}
