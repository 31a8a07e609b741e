# The bed itself: modules are there and load, the programs run.
. /run/ctplan-vm/lib.sh

run uname -r
eq environment "${GREETING-}" "it's here"
eq nothing-loaded "$(grep -c '^nf_' /proc/modules || true)" 0
want load-conntrack 0 modprobe nf_conntrack hashsize=4096
eq hashsize "$(setting net.netfilter.nf_conntrack_buckets)" 4096
eq max-follows-hashsize "$(setting net.netfilter.nf_conntrack_max)" 32768
want legacy-rule 0 iptables-legacy -t raw -A PREROUTING -p tcp --dport 80 -j CT --notrack
want nft-rule 0 iptables -A INPUT -p udp --dport 53 -m conntrack --ctstate NEW -j LOG --log-prefix "small: "
run iptables-save
says nft-rule-is-saved '--log-prefix "small: "'
want unload-in-use 1 modprobe -r nf_conntrack
says unload-in-use-says-so "Module nf_conntrack is in use"
want netns 0 ip netns add other
want veth 0 ip link add name veth-here type veth peer name veth-there netns other
eq log-backend "$(setting net.netfilter.nf_log.2)" nf_log_ipv4
dmesg > "$OUT/dmesg"
mkdir -p "$OUT/deep"
echo "brought back" > "$OUT/deep/file"
