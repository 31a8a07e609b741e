# The bed itself: a reboot is one, and a power cut loses what was not synced.
. /run/ctplan-vm/lib.sh

if [ "$(cat /root/boot-id)" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then not_ok rebooted "the same boot"; else ok rebooted; fi
eq sysctl-at-boot "$(setting net.netfilter.nf_conntrack_max)" 123456
echo safe > /root/safe
sync /root/safe /root
echo lost > /root/lost
cut_power
