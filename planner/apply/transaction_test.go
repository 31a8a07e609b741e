package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/state"
)

const (
	maxKey     = "net/netfilter/nf_conntrack_max"
	bucketsKey = "net/netfilter/nf_conntrack_buckets"
	acctKey    = "net/netfilter/nf_conntrack_acct"
	dropIn     = "/etc/sysctl.d/90-ctplan.conf"
)

// bench is a fake host with a state directory.
type bench struct {
	t    *testing.T
	fake *host.Fake
	dir  *state.Dir
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return &bench{t, host.NewFakeLinux(), state.Open(t.TempDir() + "/state")}
}

func (b *bench) transaction(h host.Host) *Transaction {
	return &Transaction{
		Host: h, State: b.dir, Command: "apply", Who: "root", Version: "test",
		Now: func() time.Time { return time.Unix(1700000000, 0) },
	}
}

// lock takes the lock that a transaction needs, which also makes the directory.
func (b *bench) lock() {
	b.t.Helper()
	l, err := b.dir.Lock(context.Background(), state.Exclusive, 0, state.LockInfo{})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = l.Unlock() })
}

// settings of a resource: sizes, a switch, and a file, so that every kind
// and phase takes part.
func settings(max, buckets, acct, file string) []planner.Setting {
	sysctl := func(key, value string, phase planner.Phase) planner.Setting {
		return planner.Setting{Layer: planner.Runtime, Target: planner.Sysctl(key), Phase: phase, Attribute: "a", State: planner.Value(value)}
	}
	return []planner.Setting{
		sysctl(maxKey, max, planner.PhaseSize),
		sysctl(bucketsKey, buckets, planner.PhaseSize),
		sysctl(acctKey, acct, planner.PhaseSysctl),
		{Layer: planner.Boot, Target: planner.FileTarget(dropIn), Phase: planner.PhaseFile, Attribute: "a", Part: "max", State: planner.Value(file)},
	}
}

func (b *bench) plan(settings []planner.Setting) *planner.Plan {
	b.t.Helper()
	ctx := context.Background()
	now, err := b.dir.Read()
	if err != nil {
		b.t.Fatal(err)
	}
	facts, err := b.fake.Facts(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	var proposals []planner.Proposal
	mode := planner.ModeDestroy
	if settings != nil {
		mode = planner.ModeNormal
		proposals = []planner.Proposal{{
			Address: "conntrack.a", Exists: true, Settings: settings,
			Attributes: []planner.AttributeValue{{Name: "a", Layer: planner.Runtime}},
		}}
	}
	live, err := ReadAll(ctx, b.fake, planner.Targets(proposals, now.Managed), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return planner.Build(planner.Input{
		Mode: mode, Version: "test", Now: time.Unix(1700000000, 0), Facts: facts,
		Lineage: now.Lineage, Serial: now.Serial, Managed: now.Managed, Proposals: proposals, Live: live,
	})
}

func (b *bench) file() *state.File {
	b.t.Helper()
	f, err := b.dir.Read()
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func TestApplyThenDestroyLeavesTheHostAsFound(t *testing.T) {
	b := newBench(t)
	b.lock()
	before := b.fake.Snapshot()
	plan := b.plan(settings("524288", "524288", "1", "x = 1\n"))
	if len(plan.Operations) != 4 {
		t.Fatalf("%d operations", len(plan.Operations))
	}
	if err := b.transaction(b.fake).Run(context.Background(), plan); err != nil {
		t.Fatal(err)
	}
	if b.fake.Sysctl(maxKey) != "524288" || b.file().Serial != 1 {
		t.Fatal("the plan was not carried out")
	}
	if again := b.plan(settings("524288", "524288", "1", "x = 1\n")); again.HasChanges() {
		t.Errorf("a second plan has %v", again.Operations)
	}
	if err := b.transaction(b.fake).Run(context.Background(), b.plan(nil)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
		t.Error(diff)
	}
	if f := b.file(); len(f.Managed.Resources)+len(f.Managed.Originals) != 0 || f.Serial != 2 {
		t.Errorf("%+v", f)
	}
}

// TestFailureOfEveryOperation fails each mutating call in turn, before and
// after it took effect, for an apply and for a destroy.
func TestFailureOfEveryOperation(t *testing.T) {
	for _, kind := range []host.FaultKind{host.Fail, host.FailAfter} {
		for k := 1; k <= 4; k++ {
			t.Run(fmt.Sprintf("%s %d", kind, k), func(t *testing.T) {
				b := newBench(t)
				b.lock()
				b.failAt(kind, k, settings("524288", "524288", "1", "x = 1\n"))
				if err := b.transaction(b.fake).Run(context.Background(), b.plan(settings("524288", "524288", "1", "x = 1\n"))); err != nil {
					t.Fatal(err)
				}
				b.failAt(kind, k, nil)
			})
		}
	}
}

// failAt runs a plan with one fault and expects it to leave no trace.
func (b *bench) failAt(kind host.FaultKind, k int, want []planner.Setting) {
	b.t.Helper()
	before, stateBefore := b.fake.Snapshot(), b.file()
	faulty := host.NewFaulty(b.fake, host.Fault{Kind: kind, Call: k, Err: syscall.EIO})
	err := b.transaction(faulty).Run(context.Background(), b.plan(want))
	var rolledBack *RolledBackError
	if !errors.As(err, &rolledBack) || !errors.Is(err, syscall.EIO) {
		b.t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
		b.t.Error("the host is not as before:\n" + diff)
	}
	if diff := cmp.Diff(stateBefore, b.file()); diff != "" {
		b.t.Error("the state is not as before:\n" + diff)
	}
	if j, err := b.dir.Journal(); err != nil || j != nil {
		b.t.Errorf("journal %v, %v", j, err)
	}
	if g, _ := b.dir.History(); len(g) != int(stateBefore.Serial) {
		b.t.Errorf("%d generations in the history", len(g))
	}
}

// TestKillAtEveryOperation kills the process around each mutating call; the
// next command undoes or resumes.
func TestKillAtEveryOperation(t *testing.T) {
	for _, kind := range []host.FaultKind{host.KillBefore, host.KillDuring, host.KillAfter} {
		for k := 1; k <= 4; k++ {
			for _, resume := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %d resume=%v", kind, k, resume), func(t *testing.T) {
					b := newBench(t)
					b.lock()
					want := settings("524288", "524288", "1", "x = 1\n")
					before := b.fake.Snapshot()
					b.kill(kind, k, b.plan(want))
					j, err := b.dir.Journal()
					if err != nil || j == nil {
						t.Fatalf("no journal after a kill: %v", err)
					}
					var open *OpenJournalError
					if err := b.transaction(b.fake).Run(context.Background(), b.plan(want)); !errors.As(err, &open) {
						t.Fatalf("an apply beside an open journal: %v", err)
					}
					if resume {
						if err := b.transaction(b.fake).Resume(context.Background(), j); err != nil {
							t.Fatal(err)
						}
						if b.plan(want).HasChanges() || b.file().Serial != 1 {
							t.Error("resuming did not finish the plan")
						}
						return
					}
					if err := b.transaction(b.fake).Undo(context.Background(), j, false); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
						t.Error(diff)
					}
					if err := b.transaction(b.fake).Run(context.Background(), b.plan(want)); err != nil {
						t.Errorf("the next apply: %v", err)
					}
				})
			}
		}
	}
}

// kill runs a plan until the fault ends the process, as far as a test can.
func (b *bench) kill(kind host.FaultKind, k int, plan *planner.Plan) {
	b.t.Helper()
	faulty := host.NewFaulty(b.fake, host.Fault{Kind: kind, Call: k})
	faulty.Kill = host.InProcess
	defer func() {
		if r := recover(); r != any(host.ErrKilled) {
			b.t.Fatalf("the process was not killed: %v", r)
		}
	}()
	err := b.transaction(faulty).Run(context.Background(), plan)
	b.t.Fatalf("the process went on: %v", err)
}

func TestStalePlanIsRefused(t *testing.T) {
	want := settings("524288", "524288", "1", "x = 1\n")
	for name, tc := range map[string]struct {
		move func(b *bench)
		says string
	}{
		"a live value moved": {func(b *bench) { b.fake.SetSysctl(maxKey, "99") },
			"net.netfilter.nf_conntrack_max (conntrack.a) was 262144 and is now 99"},
		"a file appeared": {func(b *bench) { b.fake.SetFile(dropIn, "x") }, dropIn + " (conntrack.a) has changed"},
		"another boot": {func(b *bench) {
			f, _ := b.fake.Facts(context.Background())
			f.BootID = "other"
			b.fake.SetFacts(f)
		}, "the boot id was"},
		"another namespace": {func(b *bench) {
			f, _ := b.fake.Facts(context.Background())
			f.NetnsInode = 7
			b.fake.SetFacts(f)
		}, "the network namespace was 4026531840 and is now 7"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.lock()
			plan := b.plan(want)
			tc.move(b)
			before := b.fake.Snapshot()
			err := b.transaction(b.fake).Run(context.Background(), plan)
			var stale *StaleError
			if !errors.As(err, &stale) || !strings.Contains(err.Error(), tc.says) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("applied before", func(t *testing.T) {
		b := newBench(t)
		b.lock()
		plan := b.plan(want)
		if err := b.transaction(b.fake).Run(context.Background(), plan); err != nil {
			t.Fatal(err)
		}
		if err := b.transaction(b.fake).Run(context.Background(), plan); !errors.Is(err, ErrApplied) {
			t.Errorf("got %v", err)
		}
	})
}

func TestVerificationFailureUndoes(t *testing.T) {
	b := newBench(t)
	b.lock()
	before := b.fake.Snapshot()
	// The kernel rounds 1000 up, which a provider would have modelled.
	err := b.transaction(b.fake).Run(context.Background(), b.plan(settings("524288", "1000", "1", "x = 1\n")))
	var verify *VerifyError
	var rolledBack *RolledBackError
	if !errors.As(err, &verify) || !errors.As(err, &rolledBack) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
		t.Error(diff)
	}
}

func TestPostconditionFailureUndoes(t *testing.T) {
	b := newBench(t)
	b.lock()
	before := b.fake.Snapshot()
	tr := b.transaction(b.fake)
	cause := errors.New("postcondition failed")
	tr.Verify = func(context.Context) error { return cause }
	err := tr.Run(context.Background(), b.plan(settings("524288", "524288", "1", "x = 1\n")))
	var rolledBack *RolledBackError
	if !errors.As(err, &rolledBack) || !errors.Is(err, cause) || rolledBack.Undone != 4 {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
		t.Error(diff)
	}
}

// A crash between staging and the journal changed nothing on the host; the
// next apply must not stumble over what it left in the state directory.
func TestLeftoversOfACrashBeforeTheJournalAreOverwritten(t *testing.T) {
	b := newBench(t)
	b.lock()
	plan := b.plan(settings("524288", "524288", "1", "x = 1\n"))
	tr := b.transaction(b.fake)
	next := tr.prepare(b.file(), plan)
	if err := b.dir.Stage(next); err != nil {
		t.Fatal(err)
	}
	if err := b.dir.AddGeneration(tr.generation(next, plan)); err != nil {
		t.Fatal(err)
	}
	if err := tr.Run(context.Background(), plan); err != nil {
		t.Fatal(err)
	}
	if f := b.file(); f.Serial != 1 || b.plan(settings("524288", "524288", "1", "x = 1\n")).HasChanges() {
		t.Errorf("%+v", f)
	}
}
