# Kernel events are recorded in an instance of their own, and one apply loads
# a module and sets what it brings.
. /run/ctplan-vm/lib.sh

tracefs=/sys/kernel/tracing
instance=$tracefs/instances/ctplan

# What a host has in /usr/bin.
ln -s "$(command -v mkdir)" "$(command -v rmdir)" /usr/bin/

mkdir resets bad together
cat > resets/main.ctplan.hcl <<'HCL'
tracepoint "resets" {
  events = ["tcp:tcp_receive_reset", "tcp:tcp_send_reset"]
}
tracepoint "states" {
  events = ["sock:inet_sock_set_state"]
  filter = "dport == 81"
}
HCL
printf 'tracepoint "bad" {\n  events = ["tcp:tcp_receive_reset"]\n  filter = "bogus == 1"\n}\n' > bad/main.ctplan.hcl
cat > together/main.ctplan.hcl <<'HCL'
kernel_module "ct" {
  module = "nf_conntrack"
}
conntrack "table" {
  max         = 65536
  buckets     = 20480
  log_invalid = "tcp"
}
log_backend "v4" {
  family = "ipv4"
  logger = "syslog"
}
HCL

system > before
want bad-filter 1 ctplan plan bad
says bad-filter-names-field bogus sport
want apply 0 ctplan apply -auto-approve resets
eq on "$(cat $instance/events/tcp/tcp_send_reset/enable) $(cat $instance/events/sock/inet_sock_set_state/filter)" "1 dport == 81"
eq top-level-untouched "$(cat $tracefs/events/tcp/enable)" 0
want settles 0 ctplan plan -detailed-exitcode resets
ip link set lo up
echo | nc 127.0.0.1 81 || true
if grep -q 'tcp_receive_reset: .*dport=81' $instance/trace; then ok recorded; else not_ok recorded "$(cat $instance/trace)"; fi
echo 0 > $instance/events/tcp/tcp_send_reset/enable
want drift 2 ctplan drift resets
want repair 0 ctplan apply -auto-approve resets
want destroy 0 ctplan destroy -auto-approve
eq gone "$(ls $tracefs/instances)" ""

want together 0 ctplan apply -auto-approve together
eq together-set "$(setting net.netfilter.nf_conntrack_max) $(setting net.netfilter.nf_conntrack_buckets) $(cat /proc/sys/net/netfilter/nf_log/2)" "65536 20480 nf_log_ipv4"
want together-settles 0 ctplan plan -detailed-exitcode together
want together-destroy 0 ctplan destroy -auto-approve
system > after
same restored before after
