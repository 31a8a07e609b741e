# The bed itself: systemd is up, and what is written here lasts.
. /run/ctplan-vm/lib.sh

run systemctl is-system-running --wait
eq system-state "$out" running
run systemctl list-units --failed --no-legend
run uname -r
want rsyslog 0 systemctl is-active rsyslog
eq file-from-test "$(cat /root/note)" "from the test"
mkdir -p /etc/sysctl.d /etc/modules-load.d
echo 'net.netfilter.nf_conntrack_max = 123456' > /etc/sysctl.d/90-bed.conf
echo nf_conntrack > /etc/modules-load.d/bed.conf
cat /proc/sys/kernel/random/boot_id > /root/boot-id
system > "$OUT/system"
