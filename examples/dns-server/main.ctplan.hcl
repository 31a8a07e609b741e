# A name server answers many clients once each: tracking them fills the table
# and gains nothing. Both directions of both protocols go untracked, over IPv4
# and IPv6. A firewall that accepts by state needs a rule for port 53 then,
# since untracked packets are in no state.

notrack "dns" {
  for_each = toset(["udp", "tcp"])
  protocol = each.key
  dport    = 53
  role     = "server"
}
