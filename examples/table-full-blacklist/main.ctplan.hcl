# "nf_conntrack: table full, dropping packet", remedy B: a host whose firewall
# looks at no state and translates no addresses needs no connection tracking.
# Without the modules there is no table to fill.
#
# Look first whether anything needs it: rules with -m state or -m conntrack,
# NAT, Docker, kube-proxy. `ctplan plan` says what would stop working.

module_blacklist "conntrack" {
  modules = [
    "nf_conntrack",
    "nf_conntrack_ipv4", # part of nf_conntrack since Linux 4.19
    "nf_conntrack_ipv6", # likewise
    "nf_conntrack_ftp",
    "xt_conntrack",
    "xt_state",
    "nf_nat",
    "iptable_nat",
    "ipt_REDIRECT", # xt_REDIRECT since 3.7
  ]

  # A blacklist line alone does not stop modprobe, or another module that needs
  # one of these.
  deny = true

  # true removes what is loaded now, in the right order. Tracked connections
  # are lost with it, so that it is better done in a maintenance window.
  unload = false
}
