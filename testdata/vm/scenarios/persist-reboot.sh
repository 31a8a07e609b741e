# Whole guest, after the reboot: runtime and boot layer are as declared, and
# nothing but systemd has set them. Then somebody changes things by hand.
. /run/ctplan-vm/lib.sh

if [ "$(cat /root/boot-id)" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then not_ok rebooted "the same boot"; else ok rebooted; fi
eq max "$(setting net.netfilter.nf_conntrack_max)" 1048576
eq buckets "$(setting net.netfilter.nf_conntrack_buckets)" 262144
eq established "$(setting net.netfilter.nf_conntrack_tcp_timeout_established)" 3600
want no-changes 0 ctplan plan -detailed-exitcode /root/conf
says no-changes-says-so "No changes."
want no-drift 0 ctplan drift /root/conf

sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_time_wait=99
want runtime-drift 2 ctplan drift /root/conf
says runtime-drift-names-value tcp_timeout_time_wait 99 60
sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_time_wait=60

echo 'net.netfilter.nf_conntrack_max = 4096' > /etc/sysctl.d/95-by-hand.conf
run ctplan drift /root/conf
says overriding-file-is-named /etc/sysctl.d/95-by-hand.conf 4096
rm /etc/sysctl.d/95-by-hand.conf
want all-is-well-again 0 ctplan drift /root/conf

sed -i 's/nf_conntrack_max = .*/nf_conntrack_max = 4096/' /etc/sysctl.d/90-ctplan.conf
