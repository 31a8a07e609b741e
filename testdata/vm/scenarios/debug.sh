# Debug messages are switched on and off, one by one, and persist where asked.
. /run/ctplan-vm/lib.sh

control=/proc/dynamic_debug/control
sites() { grep "\[nf_conntrack\]" "$control" | sed 's/ "/\t/' | cut -f1; }
on() { sites | grep -c "=$1\$" || true; }

mkdir all persist
cat > all/main.ctplan.hcl <<'HCL'
dynamic_debug "conntrack" {
  module = "nf_conntrack"
  flags  = "pf"
}
HCL
cat > persist/main.ctplan.hcl <<'HCL'
dynamic_debug "tcp" {
  module  = "nf_conntrack"
  file    = "nf_conntrack_proto_tcp.c"
  persist = true
}
HCL

want not-loaded 1 ctplan plan all
says not-loaded-says-so "nf_conntrack is not loaded"
modprobe nf_conntrack
cat "$control" > control.before
system > before
want apply 0 ctplan apply -auto-approve all
eq all-on "$(on fp)$(on pf)" "0$(sites | wc -l)"
want settles 0 ctplan plan -detailed-exitcode all
echo "module nf_conntrack file nf_conntrack_proto_tcp.c =_" > "$control"
want drift 2 ctplan drift all
want repair 0 ctplan apply -auto-approve all
want destroy 0 ctplan destroy -auto-approve
cat "$control" > control.after
same restored control.before control.after

want persist 0 ctplan apply -auto-approve persist
tcp=$(on p)
modprobe -r nf_conntrack
modprobe nf_conntrack
eq persisted "$(on p)" "$tcp"
want persist-settles 0 ctplan plan -detailed-exitcode persist
want persist-destroy 0 ctplan destroy -auto-approve
cat "$control" > control.after
same restored-again control.before control.after
system > after
same files-restored before after
