# Somebody reloads nf_conntrack, or takes it away, under settings that ctplan
# has applied: the kernel forgets all of them.
. /run/ctplan-vm/lib.sh

mkdir conf
cat > conf/main.ctplan.hcl <<'HCL'
conntrack "table" {
  max     = 65536
  buckets = 20480
  acct    = true
}
HCL

modprobe nf_conntrack
system > before
want apply 0 ctplan apply -auto-approve conf

modprobe -r nf_conntrack
modprobe nf_conntrack
want drift 2 ctplan drift conf
says drift-names-value 65536 acct
want repair 0 ctplan apply -auto-approve conf
eq repaired "$(setting net.netfilter.nf_conntrack_max) $(setting net.netfilter.nf_conntrack_buckets)" "65536 20480"
want settled 0 ctplan plan -detailed-exitcode conf

modprobe -r nf_conntrack
want gone 1 ctplan plan conf
says gone-names-module nf_conntrack "not loaded"
want destroy-without-module 0 ctplan destroy -auto-approve
modprobe nf_conntrack
system > after
same restored before after
