# Whole guest, first boot: apply the example for a full table with its boot
# layer, on a machine where conntrack is not loaded yet.
. /run/ctplan-vm/lib.sh

modprobe nf_conntrack
system > /root/before
system > "$OUT/before"
want apply 0 ctplan apply -auto-approve /root/conf
want settled 0 ctplan plan -detailed-exitcode /root/conf
cat /etc/sysctl.d/90-ctplan.conf /etc/modules-load.d/ctplan.conf
cat /proc/sys/kernel/random/boot_id > /root/boot-id
