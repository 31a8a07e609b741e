package syslog_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/internal/lifecycle"
	"github.com/ctplan/ctplan/providers/syslog"
)

var update = flag.Bool("update", false, "write golden files anew")

const resets = `
log_route "resets" {
  prefix = "[drds] "
  file   = "/var/log/drds-tcp.log"
  stop   = true
  owner  = "root"
  group  = "adm"
  rotate {
    frequency   = "daily"
    keep        = 30
    max_size    = "10MiB"
    compress    = true
    dateext     = true
    append_only = true
  }
}
`

// logHost is a host with rsyslog, logrotate, and programs that accept everything.
func logHost() *host.Fake {
	h := host.NewFakeLinux()
	for _, program := range []string{"/usr/sbin/rsyslogd", "/usr/sbin/logrotate", "/usr/bin/chattr", "/usr/lib/rsyslog/rsyslog-rotate"} {
		h.SetFile(program, "")
	}
	h.SetFile("/etc/rsyslog.conf", "module(load=\"imklog\")\n$IncludeConfig /etc/rsyslog.d/*.conf\n*.* /var/log/syslog\n")
	h.SetFile("/etc/logrotate.d/rsyslog", "/var/log/syslog\n/var/log/kern.log\n{\n\tpostrotate\n\t\t/usr/lib/rsyslog/rsyslog-rotate\n\tendscript\n}\n")
	h.SetDir("/etc/rsyslog.d")
	answer := func(stdout string, code int) host.Program {
		return func(context.Context, host.Command) (host.Result, error) {
			return host.Result{Stdout: []byte(stdout), ExitCode: code}, nil
		}
	}
	h.SetProgram("mktemp", answer("/tmp/ctplan-check.AAAAAAAAAA\n", 0))
	h.SetProgram("stat", answer("", 1))
	for _, name := range []string{"rsyslogd", "logrotate", "tee", "chmod", "rm"} {
		h.SetProgram(name, answer("", 0))
	}
	return h
}

func TestRouteAndDestroyLeaveNothing(t *testing.T) {
	h := logHost()
	before := h.Snapshot()
	run := lifecycle.New(t, h)
	plan := run.Plan(resets)
	if plan.Changes[0].Action != planner.ActionCreate {
		t.Errorf("the plan is to %s", plan.Changes[0].Action)
	}
	for _, op := range plan.Operations {
		want := ""
		if strings.HasPrefix(op.Target.Name, "/etc/rsyslog.d/") {
			want = syslog.Service
		}
		if op.Reload != want {
			t.Errorf("%s reloads %q", op, op.Reload)
		}
	}
	run.Apply(resets)
	after := h.Snapshot()
	golden(t, "resets.conf", content(t, after, "/etc/rsyslog.d/10-ctplan-resets.conf"))
	golden(t, "resets.logrotate", content(t, after, "/etc/logrotate.d/ctplan-resets"))
	run.Apply(strings.Replace(resets, "stop   = true", "stop   = false", 1))
	run.Apply(resets[:strings.Index(resets, "  rotate")] + "}\n")
	if _, stays := h.Snapshot()["/etc/logrotate.d/ctplan-resets"]; stays {
		t.Error("the rotation stays without its block")
	}
	run.Destroy()
	if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
		t.Errorf("after destroy:\n%s", diff)
	}
}

func content(t *testing.T, files map[string]string, name string) string {
	t.Helper()
	data, ok := strings.CutPrefix(files[name], "0644 0:0 ")
	if !ok {
		t.Fatalf("%s is %q", name, files[name])
	}
	return data
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s:\n%s", file, diff)
	}
}

func TestARowForWhatChanges(t *testing.T) {
	h := logHost()
	run := lifecycle.New(t, h)
	run.Apply(resets)
	rows := func(source string) (changed []string) {
		for _, a := range run.Plan(source).Changes[0].Attributes {
			if !a.Same {
				changed = append(changed, fmt.Sprintf("%s: %v -> %v", a.Name, a.Before, a.After))
			}
		}
		return changed
	}
	got := rows(strings.Replace(resets, "stop   = true", "stop   = false", 1))
	if diff := cmp.Diff([]string{"stop: true -> false"}, got); diff != "" {
		t.Error(diff)
	}
	got = rows(strings.Replace(resets, "  group  = \"adm\"\n", "", 1))
	if diff := cmp.Diff([]string{"group: adm -> <nil>"}, got); diff != "" {
		t.Error(diff)
	}
	h.SetFile("/etc/rsyslog.d/10-ctplan-resets.conf", "# by hand\n")
	got = rows(resets)
	if len(got) != 1 || !strings.HasPrefix(got[0], "/etc/rsyslog.d/10-ctplan-resets.conf: # by hand") {
		t.Errorf("an edited file shows as %q", got)
	}
}

func TestFindings(t *testing.T) {
	failing := func(name, stderr string) func(h *host.Fake) {
		return func(h *host.Fake) {
			h.SetProgram(name, func(context.Context, host.Command) (host.Result, error) {
				return host.Result{ExitCode: 1, Stderr: []byte(stderr)}, nil
			})
		}
	}
	stats := func(answers map[string]string) func(h *host.Fake) {
		return func(h *host.Fake) {
			h.SetProgram("stat", func(_ context.Context, c host.Command) (host.Result, error) {
				if a, ok := answers[c.Argv[len(c.Argv)-1]]; ok {
					return host.Result{Stdout: []byte(a + "\n")}, nil
				}
				return host.Result{ExitCode: 1}, nil
			})
		}
	}
	tests := map[string]struct {
		host func(h *host.Fake)
		want []string
	}{
		"nothing to say": {},
		"no rsyslog":     {func(h *host.Fake) { h.Delete("/usr/sbin/rsyslogd") }, []string{"diagnostic | rsyslogd is not installed"}},
		"no logrotate":   {func(h *host.Fake) { h.Delete("/usr/sbin/logrotate") }, []string{"diagnostic | logrotate is not installed"}},
		"no chattr":      {func(h *host.Fake) { h.Delete("/usr/bin/chattr") }, []string{"diagnostic | chattr is not installed"}},
		"rsyslog refuses": {
			failing("rsyslogd", "rsyslogd: version 8, config validation run (level 1)\nrsyslogd: syntax error on token 'x'\n"),
			[]string{"diagnostic | The drop-in /etc/rsyslog.d/10-ctplan-resets.conf is not accepted | refuses it: syntax error on token 'x'."},
		},
		"logrotate refuses": {
			failing("logrotate", "warning: debug mode\nerror: /tmp/ctplan-check.AAAAAAAAAA/candidate:5 unknown option\n"),
			[]string{"diagnostic | The drop-in /etc/logrotate.d/ctplan-resets is not accepted | the drop-in:5 unknown option"},
		},
		"another rotation": {
			func(h *host.Fake) { h.SetFile("/etc/logrotate.d/all", "\"/var/log/*.log\" {\n\tdaily\n}\n") },
			[]string{"error | syslog:rotated-twice | /etc/logrotate.d/all rotates /var/log/drds-tcp.log already"},
		},
		"a file of the name": {
			func(h *host.Fake) { h.SetFile("/etc/rsyslog.d/10-ctplan-resets.conf", "# mine\n") },
			[]string{"error | syslog:foreign-file"},
		},
		"a log with other permissions": {
			stats(map[string]string{"/var/log/drds-tcp.log": "644 syslog adm"}),
			[]string{"warning | syslog:file-exists | mode 0644 instead of 0640, owner syslog instead of root"},
		},
		"rsyslog without drop-ins and kernel": {
			func(h *host.Fake) { h.SetFile("/etc/rsyslog.conf", "#module(load=\"imklog\")\n*.* /var/log/syslog\n") },
			[]string{"warning | syslog:no-include", "warning | syslog:no-kernel-input"},
		},
		"another network namespace": {
			func(h *host.Fake) {
				facts, _ := h.Facts(context.Background())
				facts.InitNetns = false
				h.SetFacts(facts)
			},
			[]string{"diagnostic | The log daemon belongs to the whole machine"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := logHost()
			if test.host != nil {
				test.host(h)
			}
			answer, diags := lifecycle.New(t, h).Propose(resets)
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

func TestRotatesAsTheDirectoryDemands(t *testing.T) {
	for answer, want := range map[string]string{"775 root syslog": "su root syslog", "777 root root": "su root root", "1777 root root": "su root root", "755 root adm": "", "775 root root": ""} {
		h := logHost()
		h.SetProgram("stat", func(_ context.Context, c host.Command) (host.Result, error) {
			if c.Argv[len(c.Argv)-1] == "/var/log" {
				return host.Result{Stdout: []byte(answer + "\n")}, nil
			}
			return host.Result{ExitCode: 1}, nil
		})
		run := lifecycle.New(t, h)
		run.Apply(resets)
		conf := content(t, h.Snapshot(), "/etc/logrotate.d/ctplan-resets")
		if got := strings.Contains(conf, "    su "); got != (want != "") || !strings.Contains(conf, want) {
			t.Errorf("%s gives\n%s", answer, conf)
		}
	}
}

func TestReload(t *testing.T) {
	tests := map[string]struct {
		systemd  bool
		comm     string
		exits    map[string]int // by "program verb"
		want     []string
		note     string
		mistaken bool
	}{
		"systemd":                    {systemd: true, want: []string{"systemctl is-active --quiet rsyslog.service", "systemctl restart rsyslog.service"}},
		"systemd, not running":       {systemd: true, exits: map[string]int{"systemctl is-active": 3}, want: []string{"systemctl is-active --quiet rsyslog.service"}, note: "not running"},
		"systemd, does not return":   {systemd: true, exits: map[string]int{"systemctl restart": 1}, want: []string{"systemctl is-active --quiet rsyslog.service", "systemctl restart rsyslog.service"}, mistaken: true},
		"no systemd":                 {comm: "rsyslogd\n", want: []string{"service rsyslog restart"}},
		"no systemd, not running":    {note: "not running"},
		"no systemd, another's pid":  {comm: "bash\n", note: "not running"},
		"no systemd, does not start": {comm: "rsyslogd\n", exits: map[string]int{"service rsyslog": 1}, want: []string{"service rsyslog restart"}, mistaken: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := logHost()
			if test.systemd {
				h.SetDir("/run/systemd/system")
			}
			if test.comm != "" {
				h.SetFile("/run/rsyslogd.pid", "77\n")
				h.SetControl("/proc/77/comm", host.Control{Value: test.comm, Mode: 0o444})
			}
			var ran []string
			for _, program := range []string{"systemctl", "service"} {
				h.SetProgram(program, func(_ context.Context, c host.Command) (host.Result, error) {
					ran = append(ran, strings.Join(c.Argv, " "))
					return host.Result{ExitCode: test.exits[c.Argv[0]+" "+c.Argv[1]]}, nil
				})
			}
			note, err := syslog.Reload(context.Background(), h, syslog.Service)
			if (err != nil) != test.mistaken || !strings.Contains(note, test.note) || (note == "") != (test.note == "") {
				t.Errorf("note %q, error %v", note, err)
			}
			if diff := cmp.Diff(test.want, ran); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := syslog.Reload(context.Background(), logHost(), "sshd"); err == nil {
		t.Error("any service can be restarted")
	}
}
