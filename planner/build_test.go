package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const maxKey, bucketsKey = "net/netfilter/nf_conntrack_max", "net/netfilter/nf_conntrack_buckets"

// wants is a proposal of a conntrack resource that sets kernel parameters,
// given as attribute, key and value; live supplies what is there.
func wants(address string, live map[string]*State, settings ...[3]string) Proposal {
	p := Proposal{Address: address, Exists: true, Declared: map[string]any{}}
	for _, s := range settings {
		target := Sysctl(s[1])
		p.Declared[s[0]] = s[2]
		p.Settings = append(p.Settings, Setting{
			Layer: Runtime, Target: target, Phase: phaseOf(s[1]), Attribute: s[0], State: Value(s[2]),
		})
		a := AttributeValue{Name: s[0], Layer: Runtime, After: s[2], Key: target.String()}
		if l := live[target.ID()]; l != nil {
			a.Before = l.Data
		}
		a.Same = KindSysctl.Same(live[target.ID()], Value(s[2]))
		p.Attributes = append(p.Attributes, a)
	}
	return p
}

func phaseOf(key string) Phase {
	if key == maxKey || key == bucketsKey {
		return PhaseSize
	}
	return PhaseSysctl
}

// withLine adds a line of a shared boot file to a proposal.
func withLine(p Proposal, attribute, key, line string) Proposal {
	p.Settings = append(p.Settings, Setting{
		Layer: Boot, Target: FileTarget("/etc/sysctl.d/90-ctplan.conf"), Phase: PhaseFile,
		Attribute: attribute, Part: key, State: Value(line),
	})
	p.Attributes = append(p.Attributes, AttributeValue{Name: attribute, Layer: Boot, After: line})
	return p
}

func liveSysctls(pairs ...string) map[string]*State {
	live := map[string]*State{}
	for i := 0; i < len(pairs); i += 2 {
		live[Sysctl(pairs[i]).ID()] = Value(pairs[i+1])
	}
	return live
}

func input(live map[string]*State, managed Managed, proposals ...Proposal) Input {
	return Input{
		Mode: ModeNormal, Version: "test", Now: time.Unix(1700000000, 0),
		Facts: Facts{BootID: "boot-1"}, Managed: managed, Live: live, Proposals: proposals,
	}
}

// applied returns what is owned and what is live after a plan was applied.
func applied(p *Plan, live map[string]*State) (Managed, map[string]*State) {
	after := map[string]*State{}
	for id, s := range live {
		after[id] = s
	}
	for _, op := range p.Operations {
		after[op.Target.ID()] = op.After
	}
	return p.Next, after
}

func targets(ops []Operation) []string {
	var out []string
	for _, op := range ops {
		out = append(out, op.Target.String())
	}
	return out
}

func TestBuildPlansOnlyWhatDiffers(t *testing.T) {
	live := liveSysctls(maxKey, "65536", "net/netfilter/nf_conntrack_acct", "1")
	p := Build(input(live, Managed{}, wants("conntrack.a", live,
		[3]string{"max", maxKey, "262144"}, [3]string{"acct", "net/netfilter/nf_conntrack_acct", "1"})))
	if got := targets(p.Operations); len(got) != 1 || got[0] != "net.netfilter.nf_conntrack_max" {
		t.Fatalf("operations: %v", got)
	}
	op := p.Operations[0]
	if op.Before.Data != "65536" || op.After.Data != "262144" {
		t.Errorf("operation goes from %q to %q", op.Before.Data, op.After.Data)
	}
	if add, change, destroy, _ := p.Counts(); add != 0 || change != 1 || destroy != 0 {
		t.Errorf("counts %d %d %d", add, change, destroy)
	}
	if o := p.Next.Originals[Sysctl(maxKey).ID()]; o.State.Data != "65536" || o.BootID != "boot-1" {
		t.Errorf("original: %+v", o)
	}
}

func TestBuildIsIdempotent(t *testing.T) {
	live := liveSysctls(maxKey, "65536")
	first := Build(input(live, Managed{}, wants("conntrack.a", live, [3]string{"max", maxKey, "262144"})))
	managed, live := applied(first, live)
	second := Build(input(live, managed, wants("conntrack.a", live, [3]string{"max", maxKey, "262144"})))
	if second.HasChanges() || second.ChangesState(managed) {
		t.Errorf("second plan has %v", targets(second.Operations))
	}
}

func TestBuildRestoresTheOriginalOfWhatLeftTheConfiguration(t *testing.T) {
	live := liveSysctls(maxKey, "65536", bucketsKey, "65536")
	first := Build(input(live, Managed{}, wants("conntrack.a", live,
		[3]string{"max", maxKey, "262144"}, [3]string{"buckets", bucketsKey, "262144"})))
	managed, live := applied(first, live)

	t.Run("an attribute", func(t *testing.T) {
		p := Build(input(live, managed, wants("conntrack.a", live, [3]string{"max", maxKey, "262144"})))
		if len(p.Operations) != 1 || p.Operations[0].After.Data != "65536" || p.Changes[0].Action != ActionUpdate {
			t.Fatalf("%+v", p.Operations)
		}
		if _, owned := p.Next.Originals[Sysctl(bucketsKey).ID()]; owned {
			t.Error("the released target is still owned")
		}
	})
	t.Run("a resource", func(t *testing.T) {
		p := Build(input(live, managed))
		if len(p.Operations) != 2 || p.Changes[0].Action != ActionDelete {
			t.Fatalf("%+v", p.Operations)
		}
		if p.Changes[0].Reason != "because conntrack.a is not in configuration" {
			t.Errorf("reason %q", p.Changes[0].Reason)
		}
		if len(p.Next.Resources)+len(p.Next.Originals) != 0 {
			t.Errorf("still owned: %+v", p.Next)
		}
	})
	t.Run("forgotten, it stays as it is", func(t *testing.T) {
		in := input(live, managed)
		in.Removed = []Remove{{From: "conntrack.a"}}
		p := Build(in)
		if p.HasChanges() || p.Changes[0].Action != ActionForget || len(p.Next.Resources) != 0 {
			t.Errorf("%+v", p)
		}
	})
	t.Run("outside the selection, it is left alone", func(t *testing.T) {
		in := input(live, managed)
		in.Select = func(a string) bool { return a == "conntrack.b" }
		p := Build(in)
		if p.HasChanges() || len(p.Next.Resources) != 1 {
			t.Errorf("%+v", p)
		}
	})
}

func TestSharedFileIsComposedOfAllOwners(t *testing.T) {
	file := FileTarget("/etc/sysctl.d/90-ctplan.conf")
	a := withLine(wants("conntrack.a", nil), "max", "k.max", "k.max = 1\n")
	b := withLine(wants("sysctl.b", nil), "value", "k.acct", "k.acct = 1\n")
	live := map[string]*State{file.ID(): nil}
	first := Build(input(live, Managed{}, a, b))
	want := composedHeader + "\n# conntrack.a\nk.max = 1\n\n# sysctl.b\nk.acct = 1\n"
	if diff := cmp.Diff(want, first.Operations[0].After.Data); diff != "" {
		t.Fatal(diff)
	}
	if got := strings.Join(first.Operations[0].Addresses, " "); got != "conntrack.a sysctl.b" {
		t.Errorf("addresses %q", got)
	}
	managed, live := applied(first, live)

	t.Run("one owner leaves", func(t *testing.T) {
		p := Build(input(live, managed, a))
		if got := p.Operations[0].After.Data; strings.Contains(got, "acct") || !strings.Contains(got, "k.max = 1") {
			t.Error(got)
		}
	})
	t.Run("the last owner leaves", func(t *testing.T) {
		p := Build(input(live, managed))
		if p.Operations[0].After != nil {
			t.Errorf("%+v", p.Operations[0])
		}
	})
	t.Run("a forgotten owner's lines stay", func(t *testing.T) {
		in := input(live, managed, a)
		in.Removed = []Remove{{From: "sysctl.b"}}
		p := Build(in)
		next, live := applied(p, live)
		if got := live[file.ID()].Data; !strings.Contains(got, "k.acct = 1") {
			t.Fatal(got)
		}
		again := Build(input(live, next, a))
		if again.HasChanges() || len(again.Next.Kept) != 1 {
			t.Errorf("kept lines do not settle: %+v", again.Operations)
		}
	})
	t.Run("a line deleted by hand is drift", func(t *testing.T) {
		live := map[string]*State{file.ID(): Content(strings.Replace(live[file.ID()].Data, "k.max = 1\n", "", 1))}
		p := Build(input(live, managed, a, b))
		if len(p.Drift) != 1 || p.Drift[0].Address != "conntrack.a" || p.Drift[0].Attributes[0].After != nil {
			t.Errorf("%+v", p.Drift)
		}
	})
}

func TestDriftIsReportedAndCanBeIgnored(t *testing.T) {
	live := liveSysctls(maxKey, "65536")
	first := Build(input(live, Managed{}, wants("conntrack.a", live, [3]string{"max", maxKey, "262144"})))
	managed, _ := applied(first, live)
	live = liveSysctls(maxKey, "99")
	proposal := wants("conntrack.a", live, [3]string{"max", maxKey, "262144"})

	p := Build(input(live, managed, proposal))
	if len(p.Drift) != 1 || p.Drift[0].Attributes[0].After != int64(99) || len(p.RelevantDrift()) != 1 {
		t.Errorf("drift: %+v", p.Drift)
	}
	proposal.IgnoreDrift = []string{"max"}
	p = Build(input(live, managed, proposal))
	if p.HasChanges() || !p.Changes[0].Attributes[0].Ignored || len(p.RelevantDrift()) != 0 {
		t.Errorf("ignored drift is planned: %+v", p.Operations)
	}
	changed := wants("conntrack.a", live, [3]string{"max", maxKey, "300000"})
	changed.IgnoreDrift = []string{"max"}
	if p := Build(input(live, managed, changed)); !p.HasChanges() {
		t.Error("a new value in the configuration must not be ignored")
	}
}

func TestProtectedResourceIsNotDestroyed(t *testing.T) {
	live := liveSysctls(maxKey, "1")
	proposal := wants("conntrack.a", live, [3]string{"max", maxKey, "2"})
	proposal.Protect = true
	managed, live := applied(Build(input(live, Managed{}, proposal)), live)
	for _, mode := range []Mode{ModeNormal, ModeDestroy} {
		in := input(live, managed)
		in.Mode = mode
		p := Build(in)
		if len(p.Errors()) != 1 || p.Errors()[0].Code != "plan:protected" || len(p.Operations) != 1 {
			t.Errorf("%s: %+v", mode, p.Findings)
		}
	}
}

func TestMovedKeepsOriginalsAndTouchesNothing(t *testing.T) {
	live := liveSysctls(maxKey, "1")
	managed, live := applied(Build(input(live, Managed{}, wants("conntrack.a", live, [3]string{"max", maxKey, "2"}))), live)
	in := input(live, managed, wants("conntrack.b", live, [3]string{"max", maxKey, "2"}))
	in.Moved = []Move{{From: "conntrack.a", To: "conntrack.b"}}
	p := Build(in)
	if p.HasChanges() || len(p.Changes) != 1 || p.Changes[0].PreviousAddress != "conntrack.a" {
		t.Fatalf("%+v", p)
	}
	if p.Next.Originals[Sysctl(maxKey).ID()].State.Data != "1" || len(p.Next.Resources) != 1 {
		t.Errorf("%+v", p.Next)
	}
}

func TestTwoOwnersOfOneParameterAreAnError(t *testing.T) {
	live := liveSysctls(maxKey, "1")
	p := Build(input(live, Managed{}, wants("conntrack.a", live, [3]string{"max", maxKey, "2"}),
		wants("conntrack.b", live, [3]string{"max", maxKey, "3"})))
	if len(p.Errors()) != 1 || !strings.Contains(p.Errors()[0].Detail, "conntrack.a and conntrack.b") {
		t.Errorf("%+v", p.Findings)
	}
}

func TestOrder(t *testing.T) {
	op := func(kind Kind, name, from, to string, phase Phase, address string) Operation {
		return Operation{Addresses: []string{address}, Target: Target{kind, name}, Before: Value(from), After: Value(to), Phase: phase}
	}
	max := func(from, to string) Operation { return op(KindSysctl, maxKey, from, to, PhaseSize, "conntrack.a") }
	buckets := func(from, to string) Operation {
		return op(KindSysctl, bucketsKey, from, to, PhaseSize, "conntrack.a")
	}
	high := func(from, to string) Operation {
		return op(KindSysctl, "net/netfilter/nf_conntrack_frag6_high_thresh", from, to, PhaseSysctl, "conntrack.a")
	}
	low := func(from, to string) Operation {
		return op(KindSysctl, "net/netfilter/nf_conntrack_frag6_low_thresh", from, to, PhaseSysctl, "conntrack.a")
	}
	x := op(KindSysctl, "x", "0", "1", PhaseSysctl, "sysctl.x")
	y := op(KindSysctl, "y", "0", "1", PhaseSysctl, "sysctl.y")
	file := op(KindFile, "/etc/f", "", "x", PhaseFile, "sysctl.x")
	for name, tc := range map[string]struct {
		ops  []Operation
		deps map[string][]string
		want []Operation
	}{
		"growing: buckets before max":          {[]Operation{max("1", "2"), buckets("1", "2")}, nil, []Operation{buckets("1", "2"), max("1", "2")}},
		"shrinking: max before buckets":        {[]Operation{buckets("2", "1"), max("2", "1")}, nil, []Operation{max("2", "1"), buckets("2", "1")}},
		"raising thresholds: high first":       {[]Operation{low("1", "2"), high("3", "4")}, nil, []Operation{high("3", "4"), low("1", "2")}},
		"lowering thresholds: low first":       {[]Operation{low("2", "1"), high("4", "3")}, nil, []Operation{low("2", "1"), high("4", "3")}},
		"runtime before files":                 {[]Operation{file, y, x}, nil, []Operation{x, y, file}},
		"a dependency goes first":              {[]Operation{x, y}, map[string][]string{"sysctl.x": {"sysctl.y"}}, []Operation{y, x}},
		"a file never overtakes for its owner": {[]Operation{file, y}, map[string][]string{"sysctl.y": {"sysctl.x"}}, []Operation{y, file}},
		"a contradiction falls back to names":  {[]Operation{x, y}, map[string][]string{"sysctl.x": {"sysctl.y"}, "sysctl.y": {"sysctl.x"}}, []Operation{x, y}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, order(tc.ops, tc.deps)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRollbackReturnsEveryTargetToItsFirstBefore(t *testing.T) {
	op := func(from, to string) Operation {
		return Operation{Addresses: []string{"conntrack.a"}, Target: Sysctl(maxKey), Before: Value(from), After: Value(to), Phase: PhaseSize}
	}
	in := RollbackInput{Undo: []Operation{op("1", "2"), op("2", "3")}, Live: liveSysctls(maxKey, "3")}
	p := BuildRollback(in)
	if len(p.Operations) != 1 || p.Operations[0].Before.Data != "3" || p.Operations[0].After.Data != "1" {
		t.Fatalf("%+v", p.Operations)
	}
	in.Live = liveSysctls(maxKey, "77")
	if p := BuildRollback(in); len(p.Errors()) != 1 || p.HasChanges() {
		t.Errorf("somebody else's change would be overwritten: %+v", p)
	}
	in.Force = true
	if p := BuildRollback(in); len(p.Errors()) != 0 || !p.HasChanges() {
		t.Errorf("force does not overwrite: %+v", p)
	}
	in.Live = liveSysctls(maxKey, "1")
	if p := BuildRollback(in); p.HasChanges() {
		t.Errorf("nothing is left to do: %+v", p)
	}
}

func TestALineEditedByHandShowsItsValue(t *testing.T) {
	file := FileTarget("/etc/sysctl.d/90-ctplan.conf")
	a := withLine(wants("conntrack.a", nil), "max", "k.max", "k.max = 1\n")
	live := map[string]*State{file.ID(): nil}
	managed, live := applied(Build(input(live, Managed{}, a)), live)
	live[file.ID()] = Content(strings.Replace(live[file.ID()].Data, "k.max = 1", "k.max = 7", 1))
	if p := Build(input(live, managed, a)); p.Drift[0].Attributes[0].After != int64(7) {
		t.Errorf("drift: %+v", p.Drift)
	}
	in := input(live, managed)
	in.Mode = ModeDestroy
	if p := Build(in); p.Changes[0].Attributes[0].Before != int64(7) || p.Changes[0].Attributes[0].Same {
		t.Errorf("destroy: %+v", p.Changes)
	}
}
