package planner

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModuleOptionsSurviveTheState(t *testing.T) {
	for _, options := range [][]string{{}, {"ports=21"}, {"ports=21,2121", "loose=0"}, {`dyndbg="file nf_conntrack_*.c +p"`, "x=1"}} {
		if got := ModuleOptions(Loaded(options...)); !slices.Equal(got, options) {
			t.Errorf("%q came back as %q", options, got)
		}
	}
	if got := ModuleOptions(&State{}); len(got) != 0 {
		t.Errorf("an empty state has options %q", got)
	}
}

func TestKernelTargetNames(t *testing.T) {
	site := DebugSite{"6.1.0-22-amd64", "nf_conntrack", "net/netfilter/nf_conntrack_proto_tcp.c", 889, "tcp_new"}
	if got, err := ParseDebugSite(site.Target().Name); err != nil || got != site {
		t.Errorf("site came back as %+v, %v", got, err)
	}
	for _, bad := range []string{"", "a b c d", "a b c:0 d", "a b :1 d", "a b c:1", "a b c:1 d e"} {
		if got, err := ParseDebugSite(bad); err == nil {
			t.Errorf("%q is a site: %+v", bad, got)
		}
	}
	for _, point := range []Tracepoint{{Instance: "ctplan"}, {"ctplan", "tcp", "tcp_send_reset"}} {
		if got, err := ParseTracepoint(point.Target().Name); err != nil || got != point {
			t.Errorf("tracepoint came back as %+v, %v", got, err)
		}
	}
	for _, bad := range []string{"", "a/b", "a//b", "../b/c", "a/b/..", "a/b/c/d"} {
		if got, err := ParseTracepoint(bad); err == nil {
			t.Errorf("%q is a tracepoint: %+v", bad, got)
		}
	}
}

func TestShellOfKernelOperations(t *testing.T) {
	site := DebugSite{"6.1", "nf_conntrack", "net/a.c", 7, "f"}
	tests := map[string]struct {
		op   Operation
		want []string
	}{
		"load":    {Operation{Target: Module("nf_conntrack_ftp"), After: Loaded("ports=21")}, []string{"modprobe nf_conntrack_ftp ports=21"}},
		"unload":  {Operation{Target: Module("nf_nat"), Before: Loaded()}, []string{"rmmod nf_nat"}},
		"control": {Operation{Target: Control("/sys/module/m/parameters/p"), After: Value("1")}, []string{`printf '%s\n' 1 > /sys/module/m/parameters/p`}},
		"debug": {Operation{Target: site.Target(), After: Value("p")},
			[]string{`printf '%s\n' 'module nf_conntrack file net/a.c line 7 func f =p' > /proc/dynamic_debug/control`}},
		"instance": {Operation{Target: Tracepoint{Instance: "ctplan"}.Target(), After: Value(TraceOn)}, []string{"mkdir /sys/kernel/tracing/instances/ctplan"}},
		"tracepoint": {Operation{Target: Tracepoint{"ctplan", "tcp", "tcp_probe"}.Target(), After: Value("on: sport == 80")}, []string{
			`printf '%s\n' 'sport == 80' > /sys/kernel/tracing/instances/ctplan/events/tcp/tcp_probe/filter`,
			`printf '%s\n' 1 > /sys/kernel/tracing/instances/ctplan/events/tcp/tcp_probe/enable`}},
		"tracepoint off": {Operation{Target: Tracepoint{"ctplan", "tcp", "tcp_probe"}.Target(), Before: Value("on")}, []string{
			`printf '%s\n' 0 > /sys/kernel/tracing/instances/ctplan/events/tcp/tcp_probe/filter`,
			`printf '%s\n' 0 > /sys/kernel/tracing/instances/ctplan/events/tcp/tcp_probe/enable`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.op.Shell()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// buildKernel plans what resources want of a host, by address.
func buildKernel(proposals []Proposal, managed Managed, live map[string]*State) *Plan {
	return Build(Input{Proposals: proposals, Managed: managed, Live: live})
}

func loadSetting(name string, rank int) Setting {
	return Setting{Layer: Runtime, Target: Module(name), Phase: PhaseLoad, Rank: rank, Attribute: "state", State: Loaded()}
}

func stateRow(before, after any) []AttributeValue {
	return []AttributeValue{{Name: "state", Layer: Runtime, Before: before, After: after}}
}

func TestModulesLoadFromTheBottomAndUnloadFromTheTop(t *testing.T) {
	nat := Proposal{Address: "kernel_module.nat", Attributes: stateRow(nil, "loaded"), Settings: []Setting{
		loadSetting("nf_conntrack", 1), loadSetting("nf_defrag_ipv4", 0), loadSetting("nf_nat", 2)}}
	ct := Proposal{Address: "kernel_module.ct", Attributes: stateRow(nil, "loaded"), Settings: []Setting{
		loadSetting("nf_conntrack", 1), loadSetting("nf_defrag_ipv4", 0)}}
	plan := buildKernel([]Proposal{ct, nat}, Managed{}, nil)
	if len(plan.Findings) != 0 {
		t.Errorf("two resources that want a module loaded are a conflict: %v", plan.Findings)
	}
	if diff := cmp.Diff([]string{"load module nf_defrag_ipv4", "load module nf_conntrack", "load module nf_nat"}, names(plan)); diff != "" {
		t.Error(diff)
	}
	loaded := map[string]*State{}
	for _, op := range plan.Operations {
		loaded[op.Target.ID()] = Loaded()
	}
	plan = buildKernel(nil, plan.Next, loaded)
	if diff := cmp.Diff([]string{"unload module nf_nat", "unload module nf_conntrack", "unload module nf_defrag_ipv4"}, names(plan)); diff != "" {
		t.Error(diff)
	}
}

func TestLoadedAndUnloadedConflict(t *testing.T) {
	off := Setting{Layer: Runtime, Target: Module("nf_nat"), Phase: PhaseUnload, Attribute: "state"}
	plan := buildKernel([]Proposal{
		{Address: "kernel_module.a", Attributes: stateRow(nil, "loaded"), Settings: []Setting{loadSetting("nf_nat", 0)}},
		{Address: "kernel_module.b", Settings: []Setting{off}},
	}, Managed{}, nil)
	if len(plan.Findings) != 1 || plan.Findings[0].Code != "plan:conflict" {
		t.Errorf("findings: %v", plan.Findings)
	}
}

func TestFleetingTargetsThatAreGoneAreNotRestored(t *testing.T) {
	target := DebugSite{"6.1", "m", "a.c", 1, "f"}.Target()
	managed := Managed{
		Resources: map[string]ManagedResource{"dynamic_debug.x": {Settings: []Setting{{Target: target, Attribute: "flags", State: Value("p")}}}},
		Originals: map[string]Original{target.ID(): {Target: target, State: Value("_")}},
	}
	if plan := buildKernel(nil, managed, map[string]*State{target.ID(): nil}); len(plan.Operations) != 0 {
		t.Errorf("operations on what is gone: %v", names(plan))
	}
	if plan := buildKernel(nil, managed, map[string]*State{target.ID(): Value("p")}); len(plan.Operations) != 1 {
		t.Errorf("flags are not restored: %v", names(plan))
	}
}

func TestReloadReachesTheOperation(t *testing.T) {
	s := Setting{Layer: Boot, Target: FileTarget("/etc/rsyslog.d/x.conf"), Phase: PhaseFile, Attribute: "file", Reload: "rsyslog", State: Content("x")}
	plan := buildKernel([]Proposal{{Address: "log_route.x", Attributes: []AttributeValue{{Name: "file"}}, Settings: []Setting{s}}}, Managed{}, nil)
	if len(plan.Operations) != 1 || plan.Operations[0].Reload != "rsyslog" {
		t.Fatalf("operations %+v", plan.Operations)
	}
	live := map[string]*State{s.Target.ID(): s.State}
	if plan = buildKernel(nil, plan.Next, live); len(plan.Operations) != 1 || plan.Operations[0].Reload != "rsyslog" {
		t.Errorf("the removal does not reload: %+v", plan.Operations)
	}
}

func names(p *Plan) []string {
	var out []string
	for _, op := range p.Operations {
		out = append(out, op.String())
	}
	return out
}
