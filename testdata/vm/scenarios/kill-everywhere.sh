# SIGKILL before every system call of an apply that could leave a trace, on
# the machine's own table and boot files: afterwards the host is either as
# before, or rollback brings it there.
. /run/ctplan-vm/lib.sh

mkdir conf
cat > conf/main.ctplan.hcl <<'HCL'
conntrack "table" {
  max         = 65536
  buckets     = 20480
  udp_timeout = 45
}
HCL

# host: what the configuration is about, briefly.
host() {
    for key in max buckets udp_timeout; do setting "net.netfilter.nf_conntrack_$key"; done
    find /etc/sysctl.d /etc/modules-load.d -type f | sort | xargs -r cat
}

modprobe nf_conntrack
system > before
host > host-before
point=0 bad=0
while [ $bad -lt 5 ]; do
    point=$((point + 1))
    rm -rf /var/lib/ctplan
    killed=$(killat "$point" ctplan apply -auto-approve conf 2>&1 >/dev/null | grep '^killat: ') || break
    if ! back_to host-before host; then
        bad=$((bad + 1))
        not_ok "restored-$point" "$killed; rollback (exit status $status) said: $out; the host is: $(host)"
        run ctplan destroy -auto-approve
    fi
done > /dev/null
eq every-point-restored "$bad bad" "0 bad"
if [ "$point" -gt 40 ]; then ok many-points; else not_ok many-points "only $point"; fi
echo "$((point - 1)) points tried" | tee "$OUT/points"

# The last, unharmed apply, and the way back from it.
want settled 0 ctplan plan -detailed-exitcode conf
want destroy 0 ctplan destroy -auto-approve
system > after
same restored before after
