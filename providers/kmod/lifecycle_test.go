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

const ftp = `
kernel_module "ftp" {
  module  = "nf-conntrack-ftp"
  options = { ports = "21,2121", loose = 1 }
}
`

func eachKernel(t *testing.T, test func(t *testing.T, h *modhost.Host)) {
	for _, generation := range modhost.Kernels {
		t.Run(generation, func(t *testing.T) { test(t, modhost.New(generation)) })
	}
}

func TestLoadAndDestroyLeaveNothing(t *testing.T) {
	eachKernel(t, func(t *testing.T, h *modhost.Host) {
		before := h.Snapshot()
		run := lifecycle.New(t, h)
		run.Apply(ftp)
		loaded := h.Loaded()
		for _, m := range []string{"nf_conntrack", "nf_conntrack_ftp", "nf_defrag_ipv4", "nf_defrag_ipv6"} {
			if !slices.Contains(loaded, m) {
				t.Errorf("%s is not loaded: %v", m, loaded)
			}
		}
		if got := h.Options("nf_conntrack_ftp"); !slices.Equal(got, []string{"loose=1", "ports=21,2121"}) {
			t.Errorf("loaded with %v", got)
		}
		files := h.Snapshot()
		wantFile(t, files, "/etc/modprobe.d/ctplan.conf", "# kernel_module.ftp\noptions nf_conntrack_ftp loose=1 ports=21,2121\n")
		wantFile(t, files, "/etc/modules-load.d/ctplan.conf", "# kernel_module.ftp\nnf_conntrack_ftp\n")
		run.Destroy()
		if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
			t.Errorf("after destroy:\n%s", diff)
		}
	})
}

func wantFile(t *testing.T, files map[string]string, name, want string) {
	t.Helper()
	if got := files[name]; !strings.Contains(got, want) {
		t.Errorf("%s holds %q", name, got)
	}
}

func TestModulesOfOthersStay(t *testing.T) {
	h := modhost.New("6.1")
	h.Load("nf_conntrack")
	before := h.Snapshot()
	run := lifecycle.New(t, h)
	run.Apply(`kernel_module "nat" { module = "nf_nat" }` + "\n" + `kernel_module "ct" { module = "nf_conntrack" }`)
	run.Apply(`kernel_module "ct" { module = "nf_conntrack" }`)
	if slices.Contains(h.Loaded(), "nf_nat") {
		t.Errorf("nf_nat stays: %v", h.Loaded())
	}
	run.Destroy()
	if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
		t.Errorf("after destroy:\n%s", diff)
	}
}

// A module that ctplan loaded, and that others have come to use, stays.
func TestDestroyLeavesWhatOthersUse(t *testing.T) {
	h := modhost.New("6.1")
	run := lifecycle.New(t, h)
	run.Apply(ftp)
	h.Load("xt_conntrack")
	run.Destroy()
	if got := h.Loaded(); slices.Contains(got, "nf_conntrack_ftp") || !slices.Contains(got, "nf_conntrack") {
		t.Errorf("after destroy: %v", got)
	}
	run.Apply(`kernel_module "nat" { module = "nf_nat" }`)
	h.Hold("nf_nat", 1)
	if err := run.Try(h, `kernel_module "ct" { module = "nf_conntrack" }`); err != nil {
		t.Errorf("dropping a module that rules use: %v", err)
	}
}

func TestOptionsOfALoadedModule(t *testing.T) {
	h := modhost.New("6.1")
	h.Load("nf_conntrack_ftp")
	before := h.Snapshot()
	run := lifecycle.New(t, h)
	plan := run.Plan(ftp)
	if !finds(plan, "kmod:needs-reload", planner.SeverityWarning) {
		t.Errorf("no word of the reload:\n%s", lifecycle.Text(plan))
	}
	run.Apply(ftp)
	if got := h.Snapshot()["/sys/module/nf_conntrack_ftp/parameters/loose"]; got != "Y\n" {
		t.Errorf("loose is %q", got)
	}
	run.Destroy()
	if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
		t.Errorf("after destroy:\n%s", diff)
	}
}

func TestHashsizeIsRoundedAsTheKernelDoes(t *testing.T) {
	h := modhost.New("6.1")
	h.Load("nf_conntrack")
	h.SetControl("/sys/module/nf_conntrack/parameters/hashsize", host.Control{Value: "4096\n", Mode: 0o600,
		Accept: func(string, string) (string, error) { return "5120\n", nil }})
	lifecycle.New(t, h).Apply(`kernel_module "ct" {
  module  = "nf_conntrack"
  options = { hashsize = 5000, acct = true }
}`)
	if got := h.Snapshot()["/sys/module/nf_conntrack/parameters/acct"]; got != "Y\n" {
		t.Errorf("acct is %q", got)
	}
}

const noConntrack = `
module_blacklist "ct" {
  modules = ["nf_conntrack", "nf_nat", "iptable_nat", "xt-conntrack"]
  deny    = true
  unload  = true
}
`

func TestDenyAndUnloadInOrder(t *testing.T) {
	eachKernel(t, func(t *testing.T, h *modhost.Host) {
		h.Load("xt_conntrack", "iptable_nat")
		before := h.Snapshot()
		loaded := h.Loaded()
		run := lifecycle.New(t, h)
		run.Apply(noConntrack)
		for _, m := range []string{"nf_conntrack", "nf_nat", "iptable_nat", "xt_conntrack"} {
			if slices.Contains(h.Loaded(), m) {
				t.Errorf("%s is still loaded", m)
			}
			if r, err := h.Run(t.Context(), host.Command{Argv: []string{"modprobe", m}}); err != nil || r.ExitCode == 0 {
				t.Errorf("modprobe %s works: %+v, %v", m, r, err)
			}
		}
		run.Destroy()
		after := h.Snapshot()
		delete(before, "/proc/modules") // the order of loading shows in it
		delete(after, "/proc/modules")
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("after destroy:\n%s", diff)
		}
		if diff := cmp.Diff(loaded, h.Loaded()); diff != "" {
			t.Errorf("modules after destroy:\n%s", diff)
		}
	})
}

func TestEveryFailureIsUndone(t *testing.T) {
	const together = ftp + `conntrack "table" {
  max     = 1048576
  buckets = 262144
}
`
	for i, source := range []string{ftp, noConntrack, together} {
		for call := 1; ; call++ {
			h := modhost.New("6.1")
			if i < 2 {
				h.Load("xt_conntrack", "iptable_nat")
			}
			before, loaded := h.Snapshot(), h.Loaded()
			faults, err := host.ParseFaults(fmt.Sprintf("fail:%d:EIO", call))
			if err != nil {
				t.Fatal(err)
			}
			faulty := host.NewFaulty(h, faults...)
			if lifecycle.New(t, h).Try(faulty, source) == nil {
				if call < 4 {
					t.Errorf("only %d calls change the host", call-1)
				}
				break
			}
			after := h.Snapshot()
			delete(before, "/proc/modules")
			delete(after, "/proc/modules")
			if diff := cmp.Diff(before, after) + cmp.Diff(loaded, h.Loaded()); diff != "" {
				t.Errorf("after failure %d:\n%s", call, diff)
			}
		}
	}
}

func finds(p *planner.Plan, code string, severity planner.Severity) bool {
	return slices.ContainsFunc(p.Findings, func(f planner.Finding) bool { return f.Code == code && f.Severity == severity })
}
