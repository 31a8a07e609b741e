package sysctl_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/providers/sysctl"
)

const perNetns = `
conntrack "edge" {
  acct                    = true
  log_invalid             = "tcp"
  generic_timeout         = 300
  icmp_timeout            = 20
  tcp_loose               = false
  tcp_timeout_established = "1h"
  tcp_timeout_time_wait   = 60
  udp_timeout             = 20
}
sysctl "ports" {
  key   = "net.ipv4.ip_local_port_range"
  value = "20000 60000"
}
`

func live(t testing.TB, o host.LiveOptions) (*host.Live, planner.Facts) {
	t.Helper()
	h, err := host.NewLive(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	facts, err := h.Facts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return h, facts
}

func requireConntrack(t testing.TB) {
	t.Helper()
	_, err := os.Stat("/proc/sys/net/netfilter/nf_conntrack_max")
	hosttest.Require(t, "nf_conntrack to be loaded", err == nil)
}

// TestLiveNetns compares what a plan says of a real network namespace with
// what the kernel shows there, and makes sure that planning changes nothing.
func TestLiveNetns(t *testing.T) {
	netns := hosttest.Netns(t)
	requireConntrack(t)
	root := t.TempDir()
	h, facts := live(t, host.LiveOptions{Netns: netns, Root: root})
	before := hosttest.Sysctls(t, netns, "netfilter", "ipv4")
	answer, diags := sysctl.Provider{}.Propose(context.Background(), provider.Request{Host: h, Facts: facts, Resources: resources(t, perNetns)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	seen := 0
	for _, p := range answer.Proposals {
		for _, s := range p.Settings {
			if s.Target.Kind == planner.KindSysctl {
				seen++
				if _, known := before[s.Target.Name]; !known {
					t.Errorf("%s is not a parameter of the namespace", s.Target)
				}
			}
		}
	}
	if seen != 9 {
		t.Errorf("%d parameters, want 9", seen)
	}
	if got := find(t, answer, "udp_timeout", planner.Runtime); got.Before != int64(30) || got.Same {
		t.Errorf("udp_timeout = %+v, want 30 as in every new namespace", got)
	}
	if got := find(t, answer, "udp_timeout", planner.Boot); got.BeforeNote != "kernel default" {
		t.Errorf("udp_timeout at boot = %+v", got)
	}
	if diff := cmp.Diff(before, hosttest.Sysctls(t, netns, "netfilter", "ipv4")); diff != "" {
		t.Errorf("planning changed the namespace:\n%s", diff)
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) > 0 {
		t.Errorf("planning wrote files: %v, %v", entries, err)
	}
}

// TestLiveGlobal expects the sizes to be refused outside the initial
// namespace by every kernel that makes them read-only there.
func TestLiveGlobal(t *testing.T) {
	netns := hosttest.Netns(t)
	requireConntrack(t)
	h, facts := live(t, host.LiveOptions{Netns: netns})
	f, err := h.ReadFile(context.Background(), "/proc/sys/net/netfilter/nf_conntrack_max")
	hosttest.Require(t, "a kernel that protects nf_conntrack_max (5.13)", err == nil && f.Mode&0o222 == 0)
	_, diags := sysctl.Provider{}.Propose(context.Background(), provider.Request{
		Host: h, Facts: facts, Resources: resources(t, `conntrack "edge" { max = 65536 }`),
	})
	if !diags.HasErrors() || !strings.Contains(diags[0].Detail, "initial network namespace only") {
		t.Errorf("diagnostics: %v", diags)
	}
}

// TestLiveFiles reads drop-ins from a real directory tree, with the links
// that distributions and administrators make.
func TestLiveFiles(t *testing.T) {
	netns := hosttest.Netns(t)
	requireConntrack(t)
	root := t.TempDir()
	for _, dir := range []string{"etc/sysctl.d", "usr/lib/sysctl.d", "dev"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(name, target string) {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("etc/sysctl.conf", "net.netfilter.nf_conntrack_udp_timeout = 99\n")
	link("etc/sysctl.d/99-sysctl.conf", "../sysctl.conf")
	write("usr/lib/sysctl.d/50-vendor.conf", "net.netfilter.nf_conntrack_icmp_timeout = 99\n")
	link("etc/sysctl.d/50-vendor.conf", "/dev/null")
	h, facts := live(t, host.LiveOptions{Netns: netns, Root: root})
	answer, diags := sysctl.Provider{}.Propose(context.Background(), provider.Request{Host: h, Facts: facts, Resources: resources(t, perNetns)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, f := range answer.Findings {
		if f.Code == "boot:unreadable" {
			t.Errorf("finding: %+v", f)
		}
	}
	if got := find(t, answer, "icmp_timeout", planner.Boot); got.Before != nil {
		t.Errorf("a file masked by /dev/null counts: %+v", got)
	}
	overridden := false
	for _, f := range answer.Findings {
		overridden = overridden || f.Code == "boot:overridden" && strings.Contains(f.Summary, "/etc/sysctl.d/99-sysctl.conf:1")
	}
	if !overridden {
		t.Errorf("the link to sysctl.conf was not followed: %+v", answer.Findings)
	}
}

func find(t testing.TB, answer provider.Answer, name string, layer planner.Layer) planner.AttributeValue {
	t.Helper()
	for _, p := range answer.Proposals {
		for _, a := range p.Attributes {
			if a.Name == name && a.Layer == layer {
				return a
			}
		}
	}
	t.Fatalf("no attribute %s in the %s layer", name, layer)
	return planner.AttributeValue{}
}

// nobody runs the test binary again without privileges.
const nobody = "CTPLAN_TEST_NOBODY"

// TestUnprivilegedPlan plans the machine's own sizes as an ordinary user:
// everything that a plan needs can be read by anybody.
func TestUnprivilegedPlan(t *testing.T) {
	requireConntrack(t)
	if os.Getenv(nobody) != "" || os.Geteuid() != 0 {
		planAsNobody(t)
		return
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "ctplan-nobody-") // t.TempDir's parent is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "test")
	if err := os.WriteFile(binary, data, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run=^TestUnprivilegedPlan$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), nobody+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

func planAsNobody(t *testing.T) {
	h, facts := live(t, host.LiveOptions{})
	answer, diags := sysctl.Provider{}.Propose(context.Background(), provider.Request{Host: h, Facts: facts, Resources: resources(t, perNetns)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	find(t, answer, "udp_timeout", planner.Runtime)
}

// BenchmarkPropose plans thirty parameters of the real machine.
func BenchmarkPropose(b *testing.B) {
	requireConntrack(b)
	h, facts := live(b, host.LiveOptions{})
	all := resources(b, thirty(b, h))
	b.ResetTimer()
	for b.Loop() {
		if _, diags := (sysctl.Provider{}).Propose(context.Background(), provider.Request{Host: h, Facts: facts, Resources: all}); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

// thirty is a configuration that declares what the machine has, for up to
// thirty parameters.
func thirty(b *testing.B, h host.Host) string {
	names := []string{
		"generic_timeout", "icmp_timeout", "icmpv6_timeout", "udp_timeout", "udp_timeout_stream", "gre_timeout", "gre_timeout_stream",
		"tcp_timeout_close", "tcp_timeout_close_wait", "tcp_timeout_established", "tcp_timeout_fin_wait", "tcp_timeout_last_ack",
		"tcp_timeout_max_retrans", "tcp_timeout_syn_recv", "tcp_timeout_syn_sent", "tcp_timeout_time_wait", "tcp_timeout_unacknowledged",
		"tcp_max_retrans", "max", "buckets", "expect_max", "frag6_timeout", "sctp_timeout_closed", "sctp_timeout_cookie_echoed",
		"sctp_timeout_cookie_wait", "sctp_timeout_established", "sctp_timeout_heartbeat_sent", "sctp_timeout_shutdown_ack_sent",
		"sctp_timeout_shutdown_recd", "sctp_timeout_shutdown_sent",
	}
	out := "conntrack \"all\" {\n"
	for _, name := range names {
		f, err := h.ReadFile(context.Background(), "/proc/sys/net/netfilter/nf_conntrack_"+name)
		if err == nil {
			out += name + " = " + strings.TrimSpace(string(f.Data)) + "\n"
		}
	}
	return out + "}\n"
}
