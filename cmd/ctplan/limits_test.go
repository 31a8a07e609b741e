package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctplan/ctplan/providers/host/hosttest"
)

const conntrackDir = "/proc/sys/net/netfilter/nf_conntrack_"

// TestGlobalLimitsOnTheRealKernel grows and shrinks max and buckets in the
// machine's own namespace, which alone can change them, and puts them back
// whatever happens.
func TestGlobalLimitsOnTheRealKernel(t *testing.T) {
	hosttest.RequireRoot(t)
	original := limits(t)
	if f, err := os.OpenFile(conntrackDir+"max", os.O_WRONLY, 0); err == nil {
		_ = f.Close()
	} else {
		hosttest.Require(t, "the initial network namespace, with conntrack in the kernel", false)
	}
	t.Cleanup(func() {
		for _, key := range []string{"buckets", "max"} {
			if err := os.WriteFile(conntrackDir+key, []byte(original[key]), 0); err != nil {
				t.Error(err)
			}
		}
		if got := limits(t); got["max"] != original["max"] || got["buckets"] != original["buckets"] {
			t.Errorf("left behind: %v, found: %v", got, original)
		}
	})
	s := newSite(t, "variable \"max\" {\n  type = number\n}\nvariable \"buckets\" {\n  type = number\n}\n"+
		"conntrack \"host\" {\n  max     = var.max\n  buckets = var.buckets\n}\n")
	s.netns = "" // the machine's own
	apply := func(max, buckets int) result {
		t.Helper()
		return s.must(0, "apply", "-auto-approve", fmt.Sprintf("-var=max=%d", max), fmt.Sprintf("-var=buckets=%d", buckets))
	}
	want := func(max, buckets int) {
		t.Helper()
		if got := limits(t); got["max"] != fmt.Sprint(max) || got["buckets"] != fmt.Sprint(buckets) {
			t.Fatalf("limits %v, want max %d and buckets %d", got, max, buckets)
		}
	}

	apply(524288, 524288)
	want(524288, 524288)
	if r := apply(131072, 65000); !strings.Contains(r.stdout, "rounded") {
		t.Errorf("the plan does not say that the kernel rounds: %s", r)
	}
	want(131072, 65024) // the next multiple of 4096/8
	if r := s.must(0, "plan", "-detailed-exitcode", "-var=max=131072", "-var=buckets=65000"); !strings.Contains(r.stdout, "No changes.") {
		t.Error(r)
	}
	apply(262144, 262144)
	s.must(0, "rollback", "-auto-approve")
	want(131072, 65024)
	s.must(0, "destroy", "-auto-approve")
	if got := limits(t); got["max"] != original["max"] || got["buckets"] != original["buckets"] {
		t.Errorf("after destroy %v, found %v", got, original)
	}
	if _, err := os.Stat(filepath.Join(s.root, "/etc/sysctl.d/90-ctplan.conf")); err == nil {
		t.Error("the boot file is still there")
	}
}

func limits(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, key := range []string{"max", "buckets"} {
		data, err := os.ReadFile(conntrackDir + key)
		hosttest.Require(t, "conntrack in the kernel", err == nil)
		out[key] = strings.TrimSpace(string(data))
	}
	return out
}
