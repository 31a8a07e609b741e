package nflog_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/internal/lifecycle"
	"github.com/ctplan/ctplan/providers/internal/modhost"
	"github.com/ctplan/ctplan/providers/nflog"
)

const both = `
log_backend "v4" {
  family = "ipv4"
  logger = "nf_log_ipv4"
}
log_backend "v6" {
  family = "ipv6"
  logger = "syslog"
}
`

func TestBindAndDestroyLeaveNothing(t *testing.T) {
	for _, generation := range modhost.Kernels {
		t.Run(generation, func(t *testing.T) {
			h := modhost.New(generation)
			before := h.Snapshot()
			run := lifecycle.New(t, h)
			run.Apply(both)
			for slot, want := range map[string]string{"2": "nf_log_ipv4", "10": "nf_log_ipv6"} {
				if got := h.Sysctl("net/netfilter/nf_log/" + slot); got != want {
					t.Errorf("slot %s holds %s", slot, got)
				}
			}
			files := h.Snapshot()
			for _, line := range []string{"net.netfilter.nf_log.2 = nf_log_ipv4\n", "net.netfilter.nf_log.10 = nf_log_ipv6\n"} {
				if !strings.Contains(files["/etc/sysctl.d/90-ctplan.conf"], line) {
					t.Errorf("no line %q in %s", line, files["/etc/sysctl.d/90-ctplan.conf"])
				}
			}
			modules := []string{"nf_log_syslog"}
			if generation == "5.10" {
				modules = []string{"nf_log_ipv4", "nf_log_ipv6"}
			}
			for _, m := range modules {
				if !strings.Contains(files["/etc/modules-load.d/ctplan.conf"], "\n"+m+"\n") {
					t.Errorf("%s is not loaded at boot: %s", m, files["/etc/modules-load.d/ctplan.conf"])
				}
			}
			run.Destroy()
			if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
				t.Errorf("after destroy:\n%s", diff)
			}
		})
	}
}

func TestNfnetlinkTakesOver(t *testing.T) {
	h := modhost.New("6.1")
	h.Load("nf_log_syslog")
	before := h.Snapshot()
	run := lifecycle.New(t, h)
	run.Apply(`log_backend "v4" {
  family    = "ipv4"
  logger    = "NFLOG"
  all_netns = true
}`)
	if got := h.Sysctl("net/netfilter/nf_log/2"); got != "nfnetlink_log" {
		t.Errorf("bound is %s", got)
	}
	if got := h.Sysctl("net/netfilter/nf_log_all_netns"); got != "1" {
		t.Errorf("all_netns is %s", got)
	}
	run.Destroy()
	if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
		t.Errorf("after destroy:\n%s", diff)
	}
}

func TestFindings(t *testing.T) {
	const v4 = `log_backend "v4" {
  family = "ipv4"
  logger = %q
}
`
	tests := map[string]struct {
		host   func(h *modhost.Host)
		source string
		want   []string
	}{
		"nothing to say": {source: fmt.Sprintf(v4, "syslog")},
		"a logger that no module brings": {
			source: fmt.Sprintf(v4, "nf_log_mine"),
			want:   []string{"diagnostic | There is no logger nf_log_mine | There is no module nf_log_mine"},
		},
		"a module that does not bring the logger": {
			host:   func(h *modhost.Host) { h.Load("nf_nat") },
			source: fmt.Sprintf(v4, "nf_nat"),
			want:   []string{"diagnostic | There is no logger nf_nat | does not bring nf_nat for ipv4"},
		},
		"a blacklisted module": {
			source: fmt.Sprintf(v4, "syslog") + `module_blacklist "b" { modules = ["nf_log_syslog"] }`,
			want:   []string{"error | nflog:module-blacklisted | module_blacklist.b blacklists nf_log_syslog", "warning | kmod:blacklist-weak"},
		},
		"a denied module": {
			source: fmt.Sprintf(v4, "syslog") + `module_blacklist "b" {
  modules = ["nf_log_syslog"]
  deny    = true
}`,
			want: []string{"error | kmod:contradiction | log_backend.v4 needs it as the logger"},
		},
		"a module that another file denies": {
			host:   func(h *modhost.Host) { h.SetFile("/etc/modprobe.d/x.conf", "install nf_log_syslog /bin/false\n") },
			source: fmt.Sprintf(v4, "syslog"),
			want:   []string{"diagnostic | There is no logger nf_log_ipv4 | /etc/modprobe.d/x.conf:1"},
		},
		"no logger for invalid packets": {
			host: func(h *modhost.Host) { h.Load("nf_conntrack") },
			source: fmt.Sprintf(v4, "none") + `conntrack "c" {
  log_invalid = "tcp"
  persist     = false
}`,
			want: []string{"warning | ct:log-invalid-unheard", "warning | nflog:invalid-unheard | conntrack.c logs invalid packets"},
		},
		"a logger for invalid packets": {
			host: func(h *modhost.Host) { h.Load("nf_conntrack") },
			source: fmt.Sprintf(v4, "syslog") + `conntrack "c" {
  log_invalid = "tcp"
  persist     = false
}`,
		},
		"none, while another family loads the module": {
			source: fmt.Sprintf(v4, "syslog") + `log_backend "v6" {
  family = "ipv6"
  logger = "none"
}`,
			want: []string{"warning | nflog:bound-by-load | Loading nf_log_syslog binds a logger to ipv6"},
		},
		"a later file": {
			host:   func(h *modhost.Host) { h.SetFile("/etc/sysctl.d/95-x.conf", "net.netfilter.nf_log.2 = NONE\n") },
			source: fmt.Sprintf(v4, "syslog"),
			want:   []string{"error | boot:overridden | /etc/sysctl.d/95-x.conf:1"},
		},
		"a slot that is not there": {
			host:   func(h *modhost.Host) { h.Delete("/proc/sys/net/netfilter/nf_log/2") },
			source: fmt.Sprintf(v4, "syslog"),
			want:   []string{"diagnostic | This kernel has no log backend for ipv4"},
		},
		"all_netns in another namespace": {
			host:   func(h *modhost.Host) { h.Delete("/proc/sys/net/netfilter/nf_log_all_netns") },
			source: `log_backend "all" { all_netns = true }`,
			want:   []string{"diagnostic | all_netns cannot be set here"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := modhost.New("6.1")
			if test.host != nil {
				test.host(h)
			}
			answer, diags := lifecycle.New(t, h).Propose(test.source)
			findings := answer.Findings
			var got []string
			for _, d := range diags {
				got = append(got, fmt.Sprintf("diagnostic | %s | %s", d.Summary, d.Detail))
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
		})
	}
}

func TestAnotherFileThatBindsNeedsNoLine(t *testing.T) {
	h := modhost.New("6.1")
	h.Load("nf_log_syslog")
	h.SetFile("/etc/sysctl.d/50-site.conf", "net.netfilter.nf_log.2=nf_log_ipv4\n")
	h.SetFile("/etc/modules-load.d/site.conf", "nf_log_syslog\n")
	plan := lifecycle.New(t, h).Plan(`log_backend "v4" {
  family = "ipv4"
  logger = "syslog"
}`)
	if plan.HasChanges() || len(plan.Operations) > 0 {
		t.Errorf("the plan has changes:\n%s", lifecycle.Text(plan))
	}
}

func TestParseLoggers(t *testing.T) {
	got, err := nflog.ParseLoggers(" 0 NONE ()\n 2 nf_log_ipv4 (nf_log_ipv4,nfnetlink_log)\n10 NONE (nfnetlink_log)\n")
	if err != nil {
		t.Fatal(err)
	}
	want := map[int][]string{0: {}, 2: {"nf_log_ipv4", "nfnetlink_log"}, 10: {"nfnetlink_log"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"x NONE ()\n", "2 NONE\n", "2 NONE (a\n"} {
		if _, err := nflog.ParseLoggers(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// The kernel of this machine writes lines that the parser reads.
func TestParseLoggersOfThisKernel(t *testing.T) {
	data, err := os.ReadFile("/proc/net/netfilter/nf_log")
	if err != nil {
		t.Skipf("this kernel lists no loggers: %v", err)
	}
	if got, err := nflog.ParseLoggers(string(data)); err != nil || len(got) < 11 {
		t.Errorf("%v, %v", got, err)
	}
}

func FuzzParseLoggers(f *testing.F) {
	f.Add(" 2 nf_log_ipv4 (nf_log_ipv4,nfnetlink_log)\n")
	f.Add("-1 (,)\n")
	f.Fuzz(func(t *testing.T, data string) {
		loggers, err := nflog.ParseLoggers(data)
		if err != nil {
			return
		}
		for family, names := range loggers {
			if family < 0 || slices.Contains(names, "") {
				t.Errorf("%d: %q", family, names)
			}
		}
	})
}
