package sysctl_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/providers/sysctl"
	"github.com/ctplan/ctplan/schema"
)

// watched counts reads, and fails the test on everything but reads.
type watched struct {
	host.Host
	t     testing.TB
	reads map[string]int
}

func (w *watched) ReadFile(ctx context.Context, path string) (host.File, error) {
	w.reads[path]++
	return w.Host.ReadFile(ctx, path)
}

func (w *watched) WriteFile(_ context.Context, path string, _ host.File) error {
	w.t.Errorf("a plan wrote %s", path)
	return fs.ErrPermission
}

func (w *watched) Remove(_ context.Context, path string) error {
	w.t.Errorf("a plan removed %s", path)
	return fs.ErrPermission
}

func (w *watched) WriteControl(_ context.Context, path, _ string) error {
	w.t.Errorf("a plan wrote %s", path)
	return fs.ErrPermission
}

func (w *watched) Run(_ context.Context, c host.Command) (host.Result, error) {
	w.t.Errorf("a plan ran %v", c.Argv)
	return host.Result{}, fs.ErrPermission
}

const wide = `
conntrack "edge" {
  max                     = 1048576
  buckets                 = 262144
  log_invalid             = "tcp"
  tcp_timeout_established = "1h"
}
sysctl "swap" {
  key   = "vm.swappiness"
  value = 10
}
`

func TestProposeOnlyReadsAndReadsOnce(t *testing.T) {
	fake := host.NewFakeLinux()
	facts, err := fake.Facts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{Host: fake, t: t, reads: map[string]int{}}
	before := fake.Snapshot()
	_, diags := sysctl.Provider{}.Propose(context.Background(), provider.Request{Host: w, Facts: facts, Resources: resources(t, wide)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for path, n := range w.reads {
		if strings.HasPrefix(path, "/proc/sys/") && n > 1 {
			t.Errorf("%s was read %d times", path, n)
		}
	}
	if diff := cmp.Diff(before, fake.Snapshot()); diff != "" {
		t.Errorf("the host changed (-before +after):\n%s", diff)
	}
}

func TestProposeIsDeterministic(t *testing.T) {
	first := describe(propose(t, host.NewFakeLinux(), map[string]string{"main.ctplan.hcl": wide}))
	for range 5 {
		if again := describe(propose(t, host.NewFakeLinux(), map[string]string{"main.ctplan.hcl": wide})); again != first {
			t.Fatalf("two answers:\n%s", cmp.Diff(first, again))
		}
	}
}

func TestDeclared(t *testing.T) {
	answer, diags := propose(t, host.NewFakeLinux(), map[string]string{"main.ctplan.hcl": wide})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	got := answer.Proposals[0].Declared
	delete(got, "persist") // whether its default counts as declared is the schema's business
	want := map[string]any{"max": int64(1048576), "buckets": int64(262144), "log_invalid": "tcp", "tcp_timeout_established": int64(3600)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("declared (-want +got):\n%s", diff)
	}
}

func TestBucketsReadOnly(t *testing.T) {
	h := host.NewFakeLinux()
	h.SetControl("/proc/sys/net/netfilter/nf_conntrack_buckets", host.Control{Value: "65536", Mode: 0o444})
	_, diags := propose(t, h, map[string]string{"main.ctplan.hcl": `conntrack "a" { buckets = 65536 }`})
	if !diags.HasErrors() || !strings.Contains(diags[0].Summary, "read-only") {
		t.Errorf("diagnostics: %v", diags)
	}
}

func TestTwoNamesOfOneParameter(t *testing.T) {
	rng := hcl.Range{Filename: "main.ctplan.hcl", Start: hcl.Pos{Line: 3}}
	block := func(address, key string) *schema.Resource {
		return &schema.Resource{Address: address, Type: "sysctl", Attrs: map[string]schema.Attr{
			"key":   {Value: cty.StringVal(key), Range: rng},
			"value": {Value: cty.StringVal("5"), Range: rng},
		}}
	}
	for _, names := range [][2]string{
		{"net.nf_conntrack_max", "net.netfilter.nf_conntrack_max"},
		{"net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"},
	} {
		_, diags := sysctl.Provider{}.Propose(context.Background(), provider.Request{
			Host:      host.NewFakeLinux(),
			Resources: []*schema.Resource{block("sysctl.a", names[0]), block("sysctl.b", names[1])},
		})
		if !diags.HasErrors() || !strings.Contains(diags[0].Detail, "sysctl.a") || !strings.Contains(diags[0].Detail, "sysctl.b") {
			t.Errorf("%v: %v", names, diags)
		}
	}
}

// A network namespace is all that -netns chooses: other parameters are the
// machine's, wherever they are written.
func TestParametersOfTheWholeMachineInANamespace(t *testing.T) {
	const config = `
sysctl "swap" {
  key   = "vm.swappiness"
  value = %s
}
sysctl "forward" {
  key   = "net.ipv4.ip_forward"
  value = 1
}
`
	for name, tc := range map[string]struct {
		host  *host.Fake
		value string
		want  []string
	}{
		"changed in a namespace": {host.NewFakeNetns(), "11", []string{"sysctl:whole-machine sysctl.swap"}},
		"as it is":               {host.NewFakeNetns(), "60", nil},
		"changed on the host":    {host.NewFakeLinux(), "11", nil},
	} {
		answer, diags := propose(t, tc.host, map[string]string{"main.ctplan.hcl": fmt.Sprintf(config, tc.value)})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		var got []string
		for _, f := range answer.Findings {
			got = append(got, f.Code+" "+f.Address)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRefusalsNameTheResource(t *testing.T) {
	_, diags := propose(t, host.NewFakeLinux(), map[string]string{"main.ctplan.hcl": `
sysctl "typo" {
  key   = "net.ipv4.ip_forwad"
  value = 1
}
`})
	if len(diags) != 1 || schema.DiagnosticAddress(diags[0]) != "sysctl.typo" {
		t.Errorf("got %v", diags)
	}
}

func TestParameterOfAMissingInterface(t *testing.T) {
	_, diags := propose(t, host.NewFakeNetns(), map[string]string{"main.ctplan.hcl": `
sysctl "vlan" {
  key   = "net.ipv4.conf.eth7/9.rp_filter"
  value = 1
}
`})
	if len(diags) != 1 || !strings.Contains(diags[0].Detail, "no network interface eth7.9 here") {
		t.Errorf("got %v", diags)
	}
}

func TestUnsafeKeysAreRefused(t *testing.T) {
	for _, key := range []string{"net/../../etc/passwd", "", "net.ipv4\nx", "a b"} {
		r := &schema.Resource{Address: "sysctl.a", Type: "sysctl", Attrs: map[string]schema.Attr{
			"key": {Value: cty.StringVal(key)}, "value": {Value: cty.StringVal("5")},
		}}
		_, diags := sysctl.Provider{}.Propose(context.Background(), provider.Request{Host: host.NewFakeLinux(), Resources: []*schema.Resource{r}})
		if !diags.HasErrors() {
			t.Errorf("key %q was accepted", key)
		}
	}
}

func TestCancelledProposeIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, diags := sysctl.Provider{}.Propose(ctx, provider.Request{Host: host.NewFakeLinux(), Resources: resources(t, wide)})
	if !diags.HasErrors() {
		t.Error("a cancelled Propose succeeded")
	}
}

func TestReadData(t *testing.T) {
	h := host.NewFakeLinux()
	h.SetControl("/proc/net/stat/nf_conntrack", host.Control{Mode: 0o444, Value: "entries drop early_drop\n00000005 0000000a 00000000\n00000005 00000001 00000002\n"})
	h.SetFlows(host.Flow{Protocol: 6, State: "TIME_WAIT"}, host.Flow{Protocol: 6, State: "TIME_WAIT", Mark: 1}, host.Flow{Protocol: 17})
	facts, err := h.Facts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		typ    string
		config map[string]cty.Value
		want   map[string]cty.Value
	}{
		"host": {"host", nil, map[string]cty.Value{
			"hostname": cty.StringVal("web1"), "memory_mib": cty.NumberIntVal(8192), "init_netns": cty.True,
		}},
		"conntrack": {"conntrack", nil, map[string]cty.Value{
			"max": cty.NumberIntVal(262144), "count": cty.NumberIntVal(0),
			"statistics": cty.MapVal(map[string]cty.Value{"drop": cty.NumberIntVal(11), "early_drop": cty.NumberIntVal(2)}),
			"per_cpu": cty.ListVal([]cty.Value{
				cty.MapVal(map[string]cty.Value{"drop": cty.NumberIntVal(10), "early_drop": cty.NumberIntVal(0)}),
				cty.MapVal(map[string]cty.Value{"drop": cty.NumberIntVal(1), "early_drop": cty.NumberIntVal(2)}),
			}),
			"by_protocol": cty.MapVal(map[string]cty.Value{"tcp": cty.NumberIntVal(2), "udp": cty.NumberIntVal(1)}),
			"by_state":    cty.MapVal(map[string]cty.Value{"tcp": cty.MapVal(map[string]cty.Value{"TIME_WAIT": cty.NumberIntVal(2)})}),
		}},
		"a parameter": {"sysctl", map[string]cty.Value{"key": cty.StringVal("net.ipv4.ip_local_port_range")}, map[string]cty.Value{
			"exists": cty.True, "value": cty.StringVal("32768 60999"),
		}},
		"no parameter": {"sysctl", map[string]cty.Value{"key": cty.StringVal("net.ipv4.nothing")}, map[string]cty.Value{
			"exists": cty.False, "value": cty.NullVal(cty.String),
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := sysctl.Provider{}.ReadData(context.Background(), provider.Query{Host: h, Facts: facts, Type: test.typ, Config: test.config})
			if err != nil {
				t.Fatal(err)
			}
			if want := schema.LookupDataType(test.typ).Object(); !got.Type().Equals(want) {
				t.Errorf("type %#v, want %#v", got.Type(), want)
			}
			for name, want := range test.want {
				if v := got.GetAttr(name); !v.RawEquals(want) {
					t.Errorf("%s = %#v, want %#v", name, v, want)
				}
			}
		})
	}
}

func TestConntrackDataWithoutConntrack(t *testing.T) {
	got, err := sysctl.Provider{}.ReadData(context.Background(), provider.Query{Host: host.NewFake(planner.Facts{}), Type: "conntrack"})
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range got.AsValueMap() {
		if !v.IsNull() {
			t.Errorf("%s = %#v", name, v)
		}
	}
}

func TestSysctlDataReportsOtherErrors(t *testing.T) {
	h := host.NewFakeLinux()
	_, err := sysctl.Provider{}.ReadData(context.Background(), provider.Query{Host: h, Type: "sysctl", Config: map[string]cty.Value{"key": cty.StringVal("net.ipv4.route.flush")}})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error = %v, want a permission error", err)
	}
}
