# Whole guest, third boot: what was changed by hand has come up, and drift
# says so; apply repairs it. Then all of it goes.
. /run/ctplan-vm/lib.sh

eq changed-by-hand "$(setting net.netfilter.nf_conntrack_max)" 4096
want drift 2 ctplan drift /root/conf
says drift-names-values 4096 1048576 /etc/sysctl.d/90-ctplan.conf
want repair 0 ctplan apply -auto-approve /root/conf
want repaired 0 ctplan plan -detailed-exitcode /root/conf

want destroy 0 ctplan destroy -auto-approve
system > "$OUT/destroyed"
same destroyed-at-once /root/before "$OUT/destroyed"
