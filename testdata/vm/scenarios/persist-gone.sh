# Whole guest, last boot: what came up is what a machine that never had
# ctplan brings up.
. /run/ctplan-vm/lib.sh

eq not-loaded "$(grep -c '^nf_conntrack ' /proc/modules || true)" 0
modprobe nf_conntrack
system > "$OUT/after"
same as-before /root/before "$OUT/after"
