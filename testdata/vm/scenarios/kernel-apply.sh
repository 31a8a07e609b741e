# Whole guest, first boot: modules with options, a denied one, log backends
# and a log file of their own, with real rsyslog and logrotate.
. /run/ctplan-vm/lib.sh

mkdir -p /root/conf
cat > /root/conf/main.ctplan.hcl <<'HCL'
kernel_module "ftp" {
  module  = "nf_conntrack_ftp"
  options = { ports = "21,2121" }
}
conntrack "table" {
  max         = 65536
  log_invalid = "tcp"
}
log_backend "v4" {
  family = "ipv4"
  logger = "syslog"
}
module_blacklist "bridge" {
  modules = ["br_netfilter"]
  deny    = true
}
log_route "resets" {
  prefix = "[drds] "
  file   = "/var/log/drds.log"
  stop   = true
  rotate {
    keep     = 3
    compress = true
  }
}
HCL

system > /root/before
want apply 0 ctplan apply -auto-approve /root/conf
want settled 0 ctplan plan -detailed-exitcode /root/conf
eq options "$(cat /sys/module/nf_conntrack_ftp/parameters/ports)" 21,2121
want denied 1 modprobe br_netfilter
eq rsyslog-runs "$(systemctl is-active rsyslog)" active

# A line of the kernel reaches the file, and nothing else.
iptables -A OUTPUT -p udp --dport 9 -j LOG --log-prefix "[drds] "
for try in 1 2 3 4 5 6 7 8 9 10; do
    bash -c 'echo > /dev/udp/127.0.0.1/9' || true
    sleep 1
    ! grep -qs DPT=9 /var/log/drds.log || break
done
iptables -D OUTPUT -p udp --dport 9 -j LOG --log-prefix "[drds] "
if grep -q 'kernel:.*\[drds\] .*DPT=9' /var/log/drds.log; then ok arrives; else not_ok arrives "$(tail -n 3 /var/log/drds.log /var/log/syslog 2>&1)"; fi
if grep -qs 'DPT=9' /var/log/syslog /var/log/kern.log; then not_ok nowhere-else "$(grep DPT=9 /var/log/syslog /var/log/kern.log)"; else ok nowhere-else; fi
eq mode "$(stat -c %a /var/log/drds.log)" 640
want rotate 0 logrotate -f /etc/logrotate.d/ctplan-resets
eq rotated "$(ls /var/log/drds.log*)" "/var/log/drds.log
/var/log/drds.log.1"
want settled-after-rotation 0 ctplan plan -detailed-exitcode /root/conf
cat /proc/sys/kernel/random/boot_id > /root/boot-id
