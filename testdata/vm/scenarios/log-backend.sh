# Log backends are bound by the names of each kernel, their modules come and
# go, and what conntrack calls invalid shows in the kernel log.
. /run/ctplan-vm/lib.sh

slot() { cat "/proc/sys/net/netfilter/nf_log/$1"; }

mkdir syslog nflog
cat > syslog/main.ctplan.hcl <<'HCL'
log_backend "v4" {
  family = "ipv4"
  logger = "syslog"
}
log_backend "v6" {
  family    = "ipv6"
  logger    = "syslog"
  all_netns = true
}
HCL
cat > nflog/main.ctplan.hcl <<'HCL'
log_backend "v4" {
  family = "ipv4"
  logger = "nfnetlink_log"
}
HCL

system > before
eq free "$(slot 2) $(slot 10)" "NONE NONE"
want bind 0 ctplan apply -auto-approve syslog
eq bound "$(slot 2) $(slot 10)" "nf_log_ipv4 nf_log_ipv6"
eq all-netns "$(setting net.netfilter.nf_log_all_netns)" 1
want settles 0 ctplan plan -detailed-exitcode syslog
want no-drift 0 ctplan drift syslog

echo NONE > /proc/sys/net/netfilter/nf_log/2
want drift 2 ctplan drift syslog
says drift-names-slot net.netfilter.nf_log.2
want repair 0 ctplan apply -auto-approve syslog
eq repaired "$(slot 2)" nf_log_ipv4

want take-over 0 ctplan apply -auto-approve nflog
eq taken-over "$(slot 2)" nfnetlink_log
want take-over-settles 0 ctplan plan -detailed-exitcode nflog
want destroy 0 ctplan destroy -auto-approve
system > after
same restored before after
