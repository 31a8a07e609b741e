package view

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares output with testdata/NAME.golden.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// render runs a renderer into a buffer.
func render(width int, color bool, f func(*Output)) []byte {
	var b bytes.Buffer
	f(&Output{W: &b, Width: width, Color: color})
	return b.Bytes()
}

var testTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const bootFile = "/etc/sysctl.d/90-ctplan.conf"

func key(name string) string { return "net.netfilter.nf_conntrack_" + name }

// samplePlan has every kind of change.
func samplePlan() *planner.Plan {
	sysctl := func(name, before, after string, addresses ...string) planner.Operation {
		return planner.Operation{
			Addresses: addresses, Target: planner.Sysctl("net/netfilter/nf_conntrack_" + name),
			Before: planner.Value(before), After: planner.Value(after), Phase: planner.PhaseSysctl,
		}
	}
	return &planner.Plan{
		FormatVersion: planner.FormatVersion, Version: "0.1.0", CreatedAt: testTime, Mode: planner.ModeNormal,
		Host:    planner.Facts{Hostname: "web1", BootID: "b", Kernel: "6.1.0", Arch: "amd64", CPUs: 2, Memory: 1 << 30, PageSize: 4096, Root: "/", InitNetns: true},
		Lineage: "0b9b7f2e", Serial: 41,
		Config: planner.Config{Dir: "/etc/ctplan", Digest: "sha256:00", Variables: map[string]jsonRaw{"port": jsonRaw("3406")}},
		Drift: []planner.Change{{
			Address: "conntrack.main", Type: "conntrack", Action: planner.ActionUpdate,
			Attributes: []planner.AttributeValue{
				{Name: "max", Layer: planner.Runtime, Before: int64(262144), After: int64(65536), Key: key("max"), Unit: "entries"},
				{Name: "generic_timeout", Layer: planner.Runtime, Before: int64(600), After: int64(30), Key: key("generic_timeout"), Unit: "seconds"},
			},
		}},
		Changes: []planner.Change{
			{
				Address: "conntrack.main", Type: "conntrack", Action: planner.ActionUpdate,
				Attributes: []planner.AttributeValue{
					{Name: "max", Layer: planner.Runtime, Before: int64(65536), After: int64(262144), Key: key("max"), Unit: "entries"},
					{Name: "buckets", Layer: planner.Runtime, Before: int64(16384), After: int64(65536), Key: key("buckets"), Unit: "buckets", AfterNote: "rounded from 65000"},
					{Name: "tcp_timeout_established", Layer: planner.Runtime, Before: int64(432000), After: int64(86400), Key: key("tcp_timeout_established"), Unit: "seconds"},
					{Name: "acct", Layer: planner.Runtime, Before: false, After: true, Key: key("acct"), Ignored: true},
					{Name: "udp_timeout", Layer: planner.Runtime, Before: int64(30), After: int64(30), Same: true, Key: key("udp_timeout"), Unit: "seconds"},
					{Name: "events", Layer: planner.Runtime, Before: true, After: true, Same: true, Key: key("events")},
					{Name: "max", Layer: planner.Boot, BeforeNote: "kernel default", After: int64(262144), Key: bootFile, Unit: "entries"},
					{Name: "tcp_timeout_established", Layer: planner.Boot, Before: int64(7200), BeforeNote: "/etc/sysctl.conf:3", After: int64(86400), Key: bootFile, Unit: "seconds"},
				},
				Notes: []string{"262144 entries and 65536 buckets take up to 82.5 MiB of kernel memory, 8% of this host's"},
			},
			{Address: "conntrack.old", Type: "conntrack", Action: planner.ActionForget, Reason: "because a removed block with restore = false says so"},
			{
				Address: `module.web["a"].sysctl.swap["x.y"]`, PreviousAddress: "sysctl.swap", Type: "sysctl", Action: planner.ActionNoOp,
				Attributes: []planner.AttributeValue{{Name: "value", Layer: planner.Runtime, Before: "10", After: "10", Same: true, Key: "vm.swappiness"}},
			},
			{
				Address: "sysctl.gone", Type: "sysctl", Action: planner.ActionDelete, Reason: "because sysctl.gone is not in configuration",
				Attributes: []planner.AttributeValue{
					{Name: "value", Layer: planner.Runtime, Before: "1", After: "0", AfterNote: "as found before ctplan", Key: "net.ipv4.ip_forward"},
					{Name: "value", Layer: planner.Boot, Before: "1", Key: bootFile},
				},
				Irreversible: []string{"module nf_conntrack_pptp is loaded and in use"},
			},
			{
				Address: "sysctl.new", Type: "sysctl", Action: planner.ActionCreate,
				Attributes: []planner.AttributeValue{{Name: "value", Layer: planner.Runtime, After: "a\x1b[31m ${b}", Key: "kernel.core_pattern"}},
			},
		},
		Checks:  []planner.Check{{Address: "check.memory", Status: "fail", Message: "too little"}},
		Outputs: map[string]any{"max": int64(262144), "names": []any{"a", "b"}},
		Operations: []planner.Operation{
			sysctl("buckets", "16384", "65536", "conntrack.main"),
			sysctl("max", "65536", "262144", "conntrack.main"),
			sysctl("tcp_timeout_established", "432000", "86400", "conntrack.main"),
			{
				Addresses: []string{"conntrack.main", "sysctl.gone"}, Target: planner.FileTarget(bootFile),
				After: planner.Content("net.netfilter.nf_conntrack_max = 262144\n"), Phase: planner.PhaseFile,
			},
		},
		Findings: []planner.Finding{{Severity: planner.SeverityWarning, Code: "ct:buckets-ratio", Summary: "Long hash chains", Detail: "Four entries share a bucket.", Address: "conntrack.main"}},
		Next: planner.Managed{Originals: map[string]planner.Original{}, Resources: map[string]planner.ManagedResource{
			"conntrack.main":                     {Type: "conntrack", Declared: map[string]any{"max": int64(262144), "persist": true}},
			`module.web["a"].sysctl.swap["x.y"]`: {Type: "sysctl", Declared: map[string]any{"key": "vm.swappiness", "value": "10"}, DependsOn: []string{"conntrack.main"}},
			"sysctl.new":                         {Type: "sysctl", Declared: map[string]any{"key": "kernel.core_pattern"}},
		}},
	}
}
