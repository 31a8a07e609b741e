# The machine's own connection table: its size grows and shrinks, rounded
# values settle, what this kernel lacks is refused, destroy restores.
# LACKS is an attribute whose key this kernel does not have, HAS one that it
# has and another generation lacks.
. /run/ctplan-vm/lib.sh

mkdir conf lacks has
cat > conf/main.ctplan.hcl <<'HCL'
variable "max" {
  type    = number
  default = 65536
}
variable "buckets" {
  type    = number
  default = 20000
}
conntrack "table" {
  max                     = var.max
  buckets                 = var.buckets
  tcp_timeout_established = "1h"
  udp_timeout             = 45
}
HCL
printf 'conntrack "lacks" {\n  %s\n}\n' "$LACKS" > lacks/main.ctplan.hcl
printf 'conntrack "has" {\n  %s\n}\n' "$HAS" > has/main.ctplan.hcl

cut -d' ' -f1 /proc/modules > modules
want plan-without-module 1 ctplan plan conf
says plan-names-module nf_conntrack "not loaded"
eq plan-loads-nothing "$(cut -d' ' -f1 /proc/modules)" "$(cat modules)"

modprobe nf_conntrack
system > before
want plan 2 ctplan plan -detailed-exitcode conf
want apply 0 ctplan apply -auto-approve conf
eq max "$(setting net.netfilter.nf_conntrack_max)" 65536
eq buckets-rounded "$(setting net.netfilter.nf_conntrack_buckets)" 20480
eq hashsize "$(cat /sys/module/nf_conntrack/parameters/hashsize)" 20480
want plan-settles 0 ctplan plan -detailed-exitcode conf
want apply-again 0 ctplan apply -auto-approve conf
want no-drift 0 ctplan drift conf

sysctl -qw net.netfilter.nf_conntrack_max=4242
want drift 2 ctplan drift conf
says drift-names-value 4242 65536
want repair 0 ctplan apply -auto-approve conf
eq repaired "$(setting net.netfilter.nf_conntrack_max)" 65536

want shrink 0 ctplan apply -auto-approve -var max=2048 -var buckets=1024 conf
eq shrunk "$(setting net.netfilter.nf_conntrack_max) $(setting net.netfilter.nf_conntrack_buckets)" "2048 1024"
want rollback 0 ctplan rollback -auto-approve
eq rolled-back "$(setting net.netfilter.nf_conntrack_max) $(setting net.netfilter.nf_conntrack_buckets)" "65536 20480"

want lacks 1 ctplan plan lacks
says lacks-names-key "net.netfilter.nf_conntrack_${LACKS%% *}" "$(uname -r)"
want has 0 ctplan plan has

want destroy 0 ctplan destroy -auto-approve
system > after
same restored before after
