package kmod_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/internal/lifecycle"
	"github.com/ctplan/ctplan/providers/internal/modhost"
)

// One configuration loads a module and sets what it brings, in one apply.
func TestParametersOfAModuleThatIsLoadedByTheSameApply(t *testing.T) {
	eachKernel(t, func(t *testing.T, h *modhost.Host) {
		const source = `
kernel_module "ftp" { module = "nf_conntrack_ftp" }
conntrack "table" {
  max             = 1048576
  buckets         = 262000
  generic_timeout = "2m"
}
sysctl "bridge" {
  key   = "net.bridge.bridge-nf-call-iptables"
  value = 0
}
kernel_module "bridge" { module = "br_netfilter" }
`
		before := h.Snapshot()
		run := lifecycle.New(t, h)
		run.Apply(source)
		for key, want := range map[string]string{
			"net/netfilter/nf_conntrack_max": "1048576", "net/netfilter/nf_conntrack_generic_timeout": "120", "net/bridge/bridge-nf-call-iptables": "0",
		} {
			if got := h.Sysctl(key); got != want {
				t.Errorf("%s is %s", key, got)
			}
		}
		files := h.Snapshot()
		wantFile(t, files, "/etc/sysctl.d/90-ctplan.conf", "net.netfilter.nf_conntrack_max = 1048576\n")
		wantFile(t, files, "/etc/modules-load.d/ctplan.conf", "nf_conntrack_ftp\n")
		wantFile(t, files, "/etc/modules-load.d/ctplan.conf", "br_netfilter\n")
		run.Destroy()
		if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
			t.Errorf("after destroy:\n%s", diff)
		}
	})
}
