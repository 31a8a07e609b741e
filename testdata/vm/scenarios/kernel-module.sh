# Modules are loaded with options, blacklisted, denied and unloaded, and what
# modprobe and the kernel's own loading make of that is looked at.
. /run/ctplan-vm/lib.sh

loaded() { grep -q "^$1 " /proc/modules && echo yes || echo no; }
option() { cat "/sys/module/$1/parameters/$2"; }

mkdir load options deny hold
cat > load/main.ctplan.hcl <<'HCL'
kernel_module "ftp" {
  module = "nf_conntrack_ftp"
  options = {
    ports = "21,2121"
    loose = true
  }
}
HCL
sed 's/2121/2122/; s/loose = true/loose = false/' load/main.ctplan.hcl > options/main.ctplan.hcl
cat > deny/main.ctplan.hcl <<'HCL'
module_blacklist "conntrack" {
  modules = ["nf_conntrack", "nf_conntrack_ftp", "nf_conntrack_ipv4"]
  deny    = true
  unload  = true
}
HCL
cat > hold/main.ctplan.hcl <<'HCL'
kernel_module "ct" {
  module = "nf_conntrack"
  state  = "unloaded"
}
HCL

system > before
cut -d' ' -f1 /proc/modules > modules
want plan 2 ctplan plan -detailed-exitcode load
eq plan-loads-nothing "$(cut -d' ' -f1 /proc/modules)" "$(cat modules)"
want load 0 ctplan apply -auto-approve load
eq loaded "$(loaded nf_conntrack_ftp) $(loaded nf_conntrack)" "yes yes"
eq options "$(option nf_conntrack_ftp ports) $(option nf_conntrack_ftp loose)" "21,2121 Y"
want load-settles 0 ctplan plan -detailed-exitcode load
want no-drift 0 ctplan drift load

rmmod nf_conntrack_ftp
want drift 2 ctplan drift load
modprobe nf_conntrack_ftp
eq modprobe-takes-options "$(option nf_conntrack_ftp ports)" "21,2121"
want load-again 0 ctplan apply -auto-approve load

want options 0 ctplan apply -auto-approve options
says needs-reload "loaded anew"
eq options-live "$(option nf_conntrack_ftp ports) $(option nf_conntrack_ftp loose)" "21,2121 N"

iptables-legacy -A INPUT -m conntrack --ctstate INVALID -j ACCEPT
want held 1 ctplan apply -auto-approve hold
says held-names-rules xt_conntrack "state of connections"
iptables-legacy -F
want destroy-leaves-what-others-use 0 ctplan destroy -auto-approve
eq still-there "$(loaded nf_conntrack) $(loaded nf_conntrack_ftp)" "yes no"
rmmod xt_conntrack iptable_filter ip_tables x_tables nf_conntrack nf_defrag_ipv6 nf_defrag_ipv4 libcrc32c 2>/dev/null || true
system > after
same restored before after

modprobe nf_conntrack_ftp
system > loaded
want deny 0 ctplan apply -auto-approve deny
eq unloaded "$(loaded nf_conntrack_ftp) $(loaded nf_conntrack)" "no no"
says renamed nf_conntrack_ipv4 4.19
want modprobe-denied 1 modprobe nf_conntrack
run iptables-legacy -A INPUT -m conntrack --ctstate INVALID -j ACCEPT
eq autoload-denied "$(loaded nf_conntrack)" no
want deny-settles 0 ctplan plan -detailed-exitcode deny
want undeny 0 ctplan destroy -auto-approve
rmmod iptable_filter ip_tables x_tables 2>/dev/null || true
system > after
same reloaded loaded after
