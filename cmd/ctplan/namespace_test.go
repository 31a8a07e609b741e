package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// someSettings changes five parameters and writes a boot file.
const someSettings = `
conntrack "edge" {
  acct                    = true
  log_invalid             = "tcp"
  tcp_timeout_established = "1h"
  tcp_timeout_time_wait   = 60
  udp_timeout_stream      = "3m"
}
`

// mutations is how many mutating calls an apply of someSettings makes.
const mutations = 6

func TestApplyTwiceThenDestroy(t *testing.T) {
	s := newSite(t, someSettings)
	before := s.snapshot()
	if r := s.must(0, "plan"); !strings.Contains(r.stdout, "Plan: 0 to add, 1 to change, 0 to destroy.") {
		t.Fatal(r)
	}
	s.same(before, "after a plan")
	s.must(0, "apply", "-auto-approve")
	if r := s.must(0, "plan", "-detailed-exitcode"); !strings.Contains(r.stdout, "No changes. Your infrastructure matches the configuration.") {
		t.Fatal(r)
	}
	after := s.snapshot()
	s.must(0, "apply", "-auto-approve")
	s.same(after, "after a second apply")
	s.must(0, "destroy", "-auto-approve")
	s.same(before, "after destroy")
}

// TestEveryParameterOfTheNamespace declares every parameter that the
// namespace has, each with another value than it holds.
func TestEveryParameterOfTheNamespace(t *testing.T) {
	s := newSite(t, "")
	before := s.snapshot()
	s.configure(everyParameter(before))
	s.must(0, "apply", "-auto-approve")
	changed := 0
	for key, value := range s.snapshot() {
		if strings.HasPrefix(key, "net/netfilter/nf_conntrack_") && before[key] != value {
			changed++
		}
	}
	if changed < 35 {
		t.Errorf("only %d parameters changed", changed)
	}
	s.must(0, "plan", "-detailed-exitcode")
	s.must(0, "destroy", "-auto-approve")
	s.same(before, "after destroy")
}

// everyParameter writes a conntrack block that changes all that a namespace
// other than the initial one may change.
func everyParameter(live map[string]string) string {
	var b strings.Builder
	b.WriteString("conntrack \"all\" {\n")
	for key, value := range live {
		name, isConntrack := strings.CutPrefix(key, "net/netfilter/nf_conntrack_")
		switch {
		case !isConntrack, name == "max", name == "buckets", name == "expect_max", name == "count":
		case name == "log_invalid":
			b.WriteString("  log_invalid = \"udp\"\n")
		case name == "events":
			b.WriteString("  events = false\n")
		case strings.Contains(name, "timeout"):
			fmt.Fprintf(&b, "  %s = 77\n", name)
		case name == "frag6_high_thresh":
			b.WriteString("  frag6_high_thresh = \"8MiB\"\n")
		case name == "frag6_low_thresh":
			b.WriteString("  frag6_low_thresh = \"6MiB\"\n")
		case name == "tcp_max_retrans":
			b.WriteString("  tcp_max_retrans = 5\n")
		default:
			fmt.Fprintf(&b, "  %s = %t\n", name, strings.TrimSpace(value) == "0")
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func TestDriftAndRollback(t *testing.T) {
	s := newSite(t, someSettings)
	before := s.snapshot()
	s.must(0, "apply", "-auto-approve")
	s.must(0, "drift")

	drop := filepath.Join(s.root, "/etc/sysctl.d/90-ctplan.conf")
	text, err := os.ReadFile(drop)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(text), "established = 3600", "established = 42", 1)
	if err := os.WriteFile(drop, []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	r := s.must(2, "drift")
	if !strings.Contains(r.stdout, "tcp_timeout_established") || !strings.Contains(r.stdout, "42") {
		t.Errorf("drift does not name what was edited: %s", r)
	}
	drifted := s.snapshot()
	s.must(2, "drift")
	s.same(drifted, "after drift")

	s.configure(strings.ReplaceAll(someSettings, `"1h"`, `"2h"`))
	s.must(0, "apply", "-auto-approve")
	s.must(0, "rollback", "-auto-approve")
	s.same(drifted, "after the rollback of the second apply")
	// What somebody else changes now is in the way of the next step.
	if err := os.WriteFile(drop, text, 0o644); err != nil {
		t.Fatal(err)
	}
	repaired := s.snapshot()
	r = s.must(1, "rollback", "-auto-approve")
	if !strings.Contains(r.stderr, "-force") {
		t.Errorf("the way out is not named: %s", r)
	}
	s.same(repaired, "after a refused rollback")
	s.must(0, "rollback", "-auto-approve", "-force")
	s.same(before, "after the second rollback")
	r = s.must(1, "rollback", "-auto-approve")
	if !strings.Contains(r.stderr, "Nothing to roll back") {
		t.Error(r)
	}
	s.must(0, "apply", "-auto-approve")
	s.must(0, "rollback", "-to", "0", "-auto-approve")
	s.same(before, "after the rollback to serial 0")
}

// A file of somebody else's that wins at the next boot cannot be mended by an
// apply, which refuses; to cron it is drift all the same.
func TestForeignFileThatOverridesIsDrift(t *testing.T) {
	s := newSite(t, someSettings)
	s.must(0, "apply", "-auto-approve")
	foreign := filepath.Join(s.root, "/etc/sysctl.d/95-other.conf")
	if err := os.WriteFile(foreign, []byte("net.netfilter.nf_conntrack_acct = 0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := s.must(2, "drift"); !strings.Contains(r.stdout+r.stderr, "95-other.conf:1") {
		t.Errorf("the file is not named: %s", r)
	}
	s.must(1, "apply", "-auto-approve")
}

func TestSavedPlan(t *testing.T) {
	s := newSite(t, someSettings)
	file := filepath.Join(t.TempDir(), "tonight.plan")
	s.must(0, "plan", "-out", file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("plan file: %v, %v", info, err)
	}
	if err := os.RemoveAll(s.conf); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.conf, 0o755); err != nil {
		t.Fatal(err)
	}
	shown := s.must(0, "show", file)
	if !strings.Contains(shown.stdout, "tcp_timeout_established = 432000 -> 3600") {
		t.Error(shown)
	}
	before := s.snapshot()
	if err := s.setSysctl("net/netfilter/nf_conntrack_udp_timeout_stream", "121"); err != nil {
		t.Fatal(err)
	}
	r := s.must(6, "apply", file)
	if !strings.Contains(r.stderr, "net.netfilter.nf_conntrack_udp_timeout_stream") || !strings.Contains(r.stderr, "was 120 and is now 121") {
		t.Error(r)
	}
	if err := s.setSysctl("net/netfilter/nf_conntrack_udp_timeout_stream", "120"); err != nil {
		t.Fatal(err)
	}
	s.same(before, "after a refused plan")
	s.must(0, "apply", file)
	s.must(6, "apply", file)
}

func TestGlobalLimitInAnotherNamespaceIsAnErrorAtPlan(t *testing.T) {
	s := newSite(t, "conntrack \"x\" {\n  max = 1000\n}\n")
	before := s.snapshot()
	r := s.must(1, "plan")
	for _, want := range []string{"main.ctplan.hcl line 2", "belongs to the whole machine"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("no %q in %s", want, r)
		}
	}
	s.must(1, "apply", "-auto-approve")
	s.same(before, "after the refused apply")
}
