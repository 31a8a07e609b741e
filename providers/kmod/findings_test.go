package kmod_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/internal/lifecycle"
	"github.com/ctplan/ctplan/providers/internal/modhost"
)

func TestFindings(t *testing.T) {
	const (
		kernelModule = `kernel_module "m" { module = %q }` + "\n"
		unloaded     = `kernel_module "m" {
  module = %q
  state  = "unloaded"
}
`
		blacklist = `module_blacklist "b" { modules = [%q] }` + "\n"
		denied    = `module_blacklist "b" {
  modules = [%q]
  deny    = true
}
`
		parameter = `sysctl "bridge" {
  key     = "net.bridge.bridge-nf-call-iptables"
  value   = 1
  persist = false
}
`
	)
	tests := map[string]struct {
		kernel string // 6.1 unless given
		host   func(h *modhost.Host)
		source string
		want   []string // severity, code and parts of the detail, blank-separated by " | "
	}{
		"a module that another file denies": {
			host:   func(h *modhost.Host) { h.SetFile("/etc/modprobe.d/site.conf", "install nf_nat /bin/true\n") },
			source: fmt.Sprintf(kernelModule, "iptable_nat"),
			want:   []string{"diagnostic | Module iptable_nat is denied | /etc/modprobe.d/site.conf:1 | which iptable_nat needs"},
		},
		"a module that a blacklist keeps from loading at boot": {
			host:   func(h *modhost.Host) { h.SetFile("/etc/modprobe.d/site.conf", "blacklist nf_conntrack\n") },
			source: fmt.Sprintf(kernelModule, "nf_conntrack"),
			want:   []string{"error | boot:module-blocked | /etc/modprobe.d/site.conf:1"},
		},
		"the old name of a module on a new kernel": {
			source: fmt.Sprintf(kernelModule, "nf_conntrack_ipv4"),
			want:   []string{`diagnostic | There is no module nf_conntrack_ipv4 | from Linux 4.19 on | write "nf_conntrack"`},
		},
		"the new name of a module on an old kernel": {
			kernel: "5.10",
			source: fmt.Sprintf(kernelModule, "nf_log_syslog"),
			want:   []string{`diagnostic | There is no module nf_log_syslog | older than that name`},
		},
		"an unknown option": {
			source: `kernel_module "m" {
  module  = "nf_conntrack_ftp"
  options = { port = 21 }
}`,
			want: []string{"diagnostic | Module nf_conntrack_ftp has no option port | It has loose, ports"},
		},
		"the number of buckets in two places": {
			host: func(h *modhost.Host) { h.Load("nf_conntrack") },
			source: `kernel_module "m" {
  module  = "nf_conntrack"
  options = { hashsize = 4096 }
}
conntrack "c" {
  buckets = 4096
  persist = false
}`,
			want: []string{"error | kmod:hashsize-and-buckets | conntrack.c are the same variable"},
		},
		"an option that a later file sets": {
			host: func(h *modhost.Host) { h.SetFile("/etc/modprobe.d/zz.conf", "options nf_conntrack_ftp ports=2121\n") },
			source: `kernel_module "m" {
  module  = "nf_conntrack_ftp"
  options = { ports = 21 }
}`,
			want: []string{"error | boot:overridden | ports=2121"},
		},
		"unloading what rules hold": {
			host:   func(h *modhost.Host) { h.Load("xt_conntrack"); h.Hold("xt_conntrack", 2) },
			source: fmt.Sprintf(unloaded, "nf_conntrack"),
			want:   []string{"error | kmod:in-use | xt_conntrack, held 2 times by rules that match the state of connections"},
		},
		"unloading what another module uses": {
			host:   func(h *modhost.Host) { h.Load("nf_nat") },
			source: fmt.Sprintf(unloaded, "nf_conntrack"),
			want:   []string{"error | kmod:held | not to be unloaded by this configuration: nf_nat"},
		},
		"unloading what is needed": {
			host:   func(h *modhost.Host) { h.Load("br_netfilter") },
			source: fmt.Sprintf(unloaded, "br_netfilter") + parameter,
			want:   []string{"error | kmod:contradiction | sysctl.bridge needs it for the parameter net.bridge.bridge-nf-call-iptables"},
		},
		"unloading what is loaded at boot": {
			host:   func(h *modhost.Host) { h.SetFile("/etc/modules-load.d/fw.conf", "nf_nat\n") },
			source: fmt.Sprintf(unloaded, "nf_conntrack"),
			want:   []string{"warning | kmod:loaded-at-boot | /etc/modules-load.d/fw.conf:1"},
		},
		"a locked kernel": {
			host:   func(h *modhost.Host) { h.SetSysctl("kernel/modules_disabled", "1") },
			source: fmt.Sprintf(kernelModule, "nf_conntrack"),
			want:   []string{"diagnostic | Module nf_conntrack cannot be loaded | kernel.modules_disabled"},
		},
		"a kernel without loadable modules": {
			host:   func(h *modhost.Host) { h.Delete("/proc/modules") },
			source: fmt.Sprintf(kernelModule, "nf_conntrack"),
			want:   []string{"diagnostic | This kernel has no loadable modules"},
		},
		"unloading what is built in": {
			host:   func(h *modhost.Host) { h.SetDir("/sys/module/nf_conntrack") },
			source: fmt.Sprintf(unloaded, "nf_conntrack"),
			want:   []string{"diagnostic | Module nf_conntrack is part of the kernel"},
		},
		"one module in two blocks": {
			source: `kernel_module "a" { module = "nf_nat" }` + "\n" + `kernel_module "b" { module = "nf-nat" }`,
			want:   []string{"diagnostic | Module is declared twice | kernel_module.a"},
		},
		"a blacklist that others walk around": {
			source: fmt.Sprintf(blacklist, "nf_conntrack"),
			want:   []string{"warning | kmod:blacklist-weak | nf_conntrack comes with"},
		},
		"a blacklist of what is asked for by name": {
			source: fmt.Sprintf(blacklist, "iptable_raw"),
			want:   []string{"warning | kmod:blacklist-weak | iptable_raw is asked for by name"},
		},
		"a blacklist that works": {
			source: fmt.Sprintf(blacklist, "nf_conntrack_ftp"),
			want:   []string{"warning | kmod:blacklist-weak | comes with nf_nat_ftp"},
		},
		"denying what a kernel parameter needs": {
			host:   func(h *modhost.Host) { h.Load("br_netfilter") },
			source: fmt.Sprintf(denied, "br_netfilter") + parameter,
			want:   []string{"error | kmod:contradiction | sysctl.bridge needs it for the parameter net.bridge.bridge-nf-call-iptables"},
		},
		"denying and loading": {
			source: fmt.Sprintf(denied, "nf_conntrack") + fmt.Sprintf(kernelModule, "nf_conntrack_ftp"),
			want:   []string{"error | kmod:contradiction | kernel_module.m needs it to be loaded (nf_conntrack_ftp needs nf_conntrack)"},
		},
		"names of older kernels": {
			source: `module_blacklist "b" {
  modules = ["nf_conntrack", "nf_conntrack_ipv4", "ipt_REDIRECT", "bogus"]
  deny    = true
}`,
			want: []string{
				"warning | kmod:unknown-module | bogus",
				"warning | kmod:unknown-module | xt_REDIRECT from Linux 3.7 on | put that into the list",
				"warning | kmod:unknown-module | nf_conntrack from Linux 4.19 on | which is in the list",
			},
		},
		"denying what is in use": {
			host:   func(h *modhost.Host) { h.Load("iptable_nat"); h.Hold("iptable_nat", 1) },
			source: fmt.Sprintf(denied, "nf_nat"),
			want:   []string{"error | kmod:in-use | iptable_nat, held once by rules in the nat table"},
		},
		"denying what is built in": {
			host:   func(h *modhost.Host) { h.SetDir("/sys/module/nf_conntrack") },
			source: fmt.Sprintf(denied, "nf_conntrack"),
			want:   []string{"diagnostic | Module nf_conntrack is part of the kernel"},
		},
		"denying what a running service needs": {
			host: func(h *modhost.Host) {
				h.SetControl("/proc/812/comm", host.Control{Value: "dockerd\n", Mode: 0o444})
				h.SetControl("/proc/813/comm", host.Control{Value: "bash\n", Mode: 0o444})
			},
			source: fmt.Sprintf(denied, "br_netfilter"),
			want:   []string{"warning | kmod:service-needs-module | br_netfilter"},
		},
		"denying what an install line replaces": {
			host: func(h *modhost.Host) {
				h.SetFile("/etc/modprobe.d/a.conf", "install nf_nat /sbin/modprobe -i nf_nat\n")
			},
			source: fmt.Sprintf(denied, "nf_nat"),
			want:   []string{"error | boot:overridden | install nf_nat /sbin/modprobe -i nf_nat"},
		},
		"denying what is loaded at boot": {
			host:   func(h *modhost.Host) { h.SetFile("/etc/modules-load.d/fw.conf", "nf_nat\n") },
			source: fmt.Sprintf(denied, "nf_nat"),
			want:   []string{"warning | kmod:loaded-at-boot | fails, and with it the unit"},
		},
		"an initramfs that loads it": {
			host:   func(h *modhost.Host) { h.SetFile("/etc/initramfs-tools/modules", "# early\nnf_nat\n") },
			source: fmt.Sprintf(denied, "nf_nat"),
			want:   []string{"warning | kmod:initramfs | update-initramfs -u"},
		},
		"a file of ctplan's name that is not ctplan's": {
			host:   func(h *modhost.Host) { h.SetFile("/etc/modprobe.d/ctplan.conf", "blacklist pcspkr\n") },
			source: fmt.Sprintf(denied, "nf_nat"),
			want:   []string{"error | boot:foreign-file | holds something that ctplan did not write"},
		},
		"nothing to say": {source: fmt.Sprintf(denied, "nf_nat")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := modhost.New(cmpOr(test.kernel, "6.1"))
			if test.host != nil {
				test.host(h)
			}
			loaded := h.Loaded()
			var got []string
			answer, diags := lifecycle.New(t, h).Propose(test.source)
			findings := answer.Findings
			for _, d := range diags {
				got = append(got, fmt.Sprintf("diagnostic | %s | %s", d.Summary, d.Detail))
				if d.Subject == nil {
					t.Errorf("%q points nowhere", d.Summary)
				}
			}
			for _, f := range findings {
				got = append(got, fmt.Sprintf("%s | %s | %s %s", f.Severity, f.Code, f.Summary, f.Detail))
			}
			slices.Sort(got)
			if len(got) != len(test.want) {
				t.Fatalf("%d findings, want %d:\n%s", len(got), len(test.want), strings.Join(got, "\n"))
			}
			for i, want := range test.want {
				for part := range strings.SplitSeq(want, " | ") {
					if !strings.Contains(got[i], part) {
						t.Errorf("%q is not in:\n%s", part, got[i])
					}
				}
			}
			if diff := cmp.Diff(loaded, h.Loaded()); diff != "" {
				t.Errorf("planning loads modules:\n%s", diff)
			}
		})
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func TestWhatIsKeptOutAlreadyNeedsNoLine(t *testing.T) {
	h := modhost.New("6.1")
	h.SetFile("/usr/lib/modprobe.d/vendor.conf", "blacklist nf_nat\n")
	h.SetControl("/proc/cmdline", host.Control{Value: "ro module_blacklist=xt_nat\n", Mode: 0o444})
	plan := lifecycle.New(t, h).Plan(`module_blacklist "b" {
  modules = ["nf_nat", "xt_nat"]
  deny    = true
}`)
	want := `create module_blacklist.b
  ~ runtime deny: false -> true
    runtime modules: [nf_nat xt_nat] -> [nf_nat xt_nat] [from: nf_nat by /usr/lib/modprobe.d/vendor.conf:1, xt_nat by /proc/cmdline]
60 write /etc/modprobe.d/ctplan.conf
`
	got := lifecycle.Text(plan)
	if plan.Changes[0].Action != planner.ActionUpdate {
		t.Errorf("something is there already, and the plan says %s", plan.Changes[0].Action)
	}
	for line := range strings.Lines(want) {
		if !strings.Contains(line, "create") && !strings.Contains(got, line) {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
	if data := plan.Operations[0].After.Data; strings.Contains(data, "\nblacklist") || strings.Contains(data, "xt_nat") || !strings.Contains(data, "install nf_nat /bin/false\n") {
		t.Errorf("lines:\n%s", data)
	}
}
