package bootconf_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/internal/treehost"
)

const release = "6.1.0-18-amd64"

const dependencies = `
-- /lib/modules/6.1.0-18-amd64/modules.dep --
kernel/net/netfilter/nf_conntrack.ko.xz: kernel/net/ipv4/netfilter/nf_defrag_ipv4.ko.xz kernel/lib/libcrc32c.ko.xz
kernel/net/netfilter/nf_nat.ko.xz: kernel/net/netfilter/nf_conntrack.ko.xz kernel/net/ipv4/netfilter/nf_defrag_ipv4.ko.xz
kernel/net/netfilter/xt_LOG.ko.xz:
`

func readModules(t *testing.T, tree string) *bootconf.Modules {
	t.Helper()
	h := host.NewFake(planner.Facts{})
	treehost.Put(h, []byte(tree+dependencies))
	m, err := bootconf.ReadModules(context.Background(), h, release)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLoadedBy(t *testing.T) {
	tests := map[string]struct {
		tree, want string
	}{
		"nothing loads it": {"", ""},
		"a line of its own": {`
-- /etc/modules-load.d/fw.conf --
# firewall
nf-conntrack
`, "/etc/modules-load.d/fw.conf:2"},
		"a module that needs it": {`
-- /etc/modules-load.d/nat.conf --
nf_nat
`, "/etc/modules-load.d/nat.conf:1"},
		"a module that does not": {`
-- /etc/modules-load.d/log.conf --
xt_LOG
`, ""},
		"the kernel's command line": {`
-- /proc/cmdline --
root=/dev/vda1 modules_load=foo,nf_conntrack quiet
`, "/proc/cmdline"},
		"a masked file": {`
-- /usr/lib/modules-load.d/fw.conf --
nf_conntrack
-- /etc/modules-load.d/fw.conf -> /dev/null --
`, ""},
		"a blacklisted line": {`
-- /etc/modules-load.d/fw.conf --
nf_conntrack
-- /etc/modprobe.d/no.conf --
blacklist nf_conntrack
`, ""},
		"a blacklisted module that another needs": {`
-- /etc/modules-load.d/nat.conf --
nf_nat
-- /etc/modprobe.d/no.conf --
blacklist nf_conntrack
`, "/etc/modules-load.d/nat.conf:1"},
		"an excepted file": {`
-- /etc/modules-load.d/ctplan.conf --
nf_conntrack
`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			from, ok := readModules(t, test.tree).LoadedBy("nf_conntrack", "/etc/modules-load.d/ctplan.conf")
			if got := from.String(); ok != (test.want != "") || ok && got != test.want {
				t.Errorf("LoadedBy = %q, %t; want %q", got, ok, test.want)
			}
		})
	}
}

func TestBlock(t *testing.T) {
	tests := map[string]struct{ tree, want string }{
		"nothing":   {"", ""},
		"blacklist": {"-- /etc/modprobe.d/a.conf --\n# no conntrack\nblacklist nf-conntrack\n", `"blacklist nf_conntrack" in /etc/modprobe.d/a.conf:2`},
		"install false": {"-- /usr/lib/modprobe.d/a.conf --\ninstall nf_conntrack /bin/false\n",
			`"install nf_conntrack /bin/false" in /usr/lib/modprobe.d/a.conf:1`},
		"install over two lines": {"-- /etc/modprobe.d/a.conf --\n\ninstall \\\n nf_conntrack /usr/bin/true\nblacklist other\n",
			`"install nf_conntrack /usr/bin/true" in /etc/modprobe.d/a.conf:2`},
		"install that loads": {"-- /etc/modprobe.d/a.conf --\ninstall nf_conntrack /sbin/modprobe -i nf_conntrack && sysctl -p\n", ""},
		"install false of what it needs": {"-- /etc/modprobe.d/a.conf --\ninstall nf_defrag_ipv4 /bin/false\n",
			`"install nf_defrag_ipv4 /bin/false" in /etc/modprobe.d/a.conf:1`},
		"blacklist of what it needs":      {"-- /etc/modprobe.d/a.conf --\nblacklist nf_defrag_ipv4\n", ""},
		"kernel's module_blacklist":       {"-- /proc/cmdline --\nmodule_blacklist=a,nf_conntrack\n", `"module_blacklist=nf_conntrack" in /proc/cmdline`},
		"modprobe.blacklist":              {"-- /proc/cmdline --\nmodprobe.blacklist=nf-conntrack\n", `"modprobe.blacklist=nf_conntrack" in /proc/cmdline`},
		"behind the end of the options":   {"-- /proc/cmdline --\nquiet -- module_blacklist=nf_conntrack\n", ""},
		"not a file that counts":          {"-- /etc/modprobe.d/a.conf.bak --\nblacklist nf_conntrack\n", ""},
		"an alias that happens to match":  {"-- /etc/modprobe.d/a.conf --\nalias nf_conntrack off\n", ""},
		"a comment":                       {"-- /etc/modprobe.d/a.conf --\n#blacklist nf_conntrack\n", ""},
		"of a module with a similar name": {"-- /etc/modprobe.d/a.conf --\nblacklist nf_conntrack_ftp\n", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			blocked, ok := readModules(t, test.tree).Block("nf_conntrack")
			if ok != (test.want != "") || ok && blocked.String() != test.want {
				t.Errorf("Block = %q, %t; want %q", blocked, ok, test.want)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	m := readModules(t, `
-- /etc/modprobe.d/a.conf --
options nf_conntrack hashsize=1000 acct=1
-- /etc/modprobe.d/z.conf --
options nf-conntrack hashsize=4096
-- /proc/cmdline --
nf_conntrack.acct=0
`)
	type result struct{ value, from string }
	got := map[string]result{}
	for _, name := range []string{"hashsize", "acct", "tstamp"} {
		value, from, ok := m.Options("nf_conntrack", name)
		if ok {
			got[name] = result{value, from.String()}
		}
	}
	want := map[string]result{"hashsize": {"4096", "/etc/modprobe.d/z.conf:1"}, "acct": {"0", "/proc/cmdline"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}

func TestReadPresence(t *testing.T) {
	tests := map[string]struct {
		tree string
		want bootconf.Presence
	}{
		"loaded":                      {"-- /proc/modules --\nnf_nat 1 0 - Live 0x0\nnf_conntrack 2 1 nf_nat, Live 0x0\n-- /sys/module/nf_conntrack/initstate --\nlive\n", bootconf.Loaded},
		"loaded, first line":          {"-- /proc/modules --\nnf_conntrack 2 1 nf_nat, Live 0x0\n", bootconf.Loaded},
		"similar name only":           {"-- /proc/modules --\nnf_conntrack_ftp 2 0 - Live 0x0\nxnf_conntrack 2 0 - Live 0x0\n", bootconf.Absent},
		"built in, with parameters":   {"-- /proc/modules --\n-- /sys/module/nf_conntrack/parameters/hashsize --\n65536\n", bootconf.Builtin},
		"built in, listed":            {"-- /lib/modules/6.1.0-18-amd64/modules.builtin --\nkernel/net/netfilter/nf_conntrack.ko\n", bootconf.Builtin},
		"nowhere":                     {"", bootconf.Absent},
		"built in, no modules at all": {"-- /sys/module/nf_conntrack/parameters/acct --\nN\n", bootconf.Builtin},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := host.NewFake(planner.Facts{})
			treehost.Put(h, []byte(test.tree))
			got, err := bootconf.ReadPresence(context.Background(), h, release, "nf-conntrack")
			if err != nil || got != test.want {
				t.Errorf("ReadPresence = %d, %v; want %d", got, err, test.want)
			}
		})
	}
}
