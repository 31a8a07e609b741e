# Whole guest, second boot: everything came back by itself; a change by hand
# shows; then all of it goes.
. /run/ctplan-vm/lib.sh

if [ "$(cat /root/boot-id)" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then not_ok rebooted "same boot"; else ok rebooted; fi
want survives 0 ctplan plan -detailed-exitcode /root/conf
want no-drift 0 ctplan drift /root/conf
eq options "$(cat /sys/module/nf_conntrack_ftp/parameters/ports)" 21,2121
eq bound "$(cat /proc/sys/net/netfilter/nf_log/2)" nf_log_ipv4
want denied 1 modprobe br_netfilter
echo '# by hand' >> /etc/rsyslog.d/10-ctplan-resets.conf
want drift 2 ctplan drift /root/conf
says drift-names-file /etc/rsyslog.d/10-ctplan-resets.conf
want repair 0 ctplan apply -auto-approve /root/conf
want destroy 0 ctplan destroy -auto-approve
eq rsyslog-runs "$(systemctl is-active rsyslog)" active
rm -f /var/log/drds.log*
