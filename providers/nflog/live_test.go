package nflog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/providers/internal/lifecycle"
)

// On a real kernel, in a network namespace: every logger that it lists can be
// bound by its name, and everything is back afterwards.
func TestBindOnThisKernel(t *testing.T) {
	netns := hosttest.Netns(t)
	h, err := host.NewLive(host.LiveOptions{Netns: netns})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	f, err := h.ReadFile(t.Context(), "/proc/net/netfilter/nf_log")
	hosttest.Require(t, "a kernel with log backends", err == nil)
	listed := string(f.Data)
	before := hosttest.Sysctls(t, netns)
	run := lifecycle.New(t, h)
	for _, source := range []string{
		`log_backend "v4" {
  family = "ipv4"
  logger = "none"
}`,
		`log_backend "v4" {
  family = "ipv4"
  logger = "syslog"
}
log_backend "v6" {
  family = "ipv6"
  logger = "none"
}`,
	} {
		run.Apply(source)
	}
	got := hosttest.Sysctls(t, netns)
	if got["net/netfilter/nf_log/2"] != "nf_log_ipv4\n" || got["net/netfilter/nf_log/10"] != "NONE\n" {
		t.Errorf("bound are %q and %q; there are\n%s", got["net/netfilter/nf_log/2"], got["net/netfilter/nf_log/10"], listed)
	}
	run.Destroy()
	if diff := cmp.Diff(before, hosttest.Sysctls(t, netns)); diff != "" {
		t.Errorf("after destroy:\n%s", diff)
	}
}
