package apply

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

func TestUndoLeavesWhatSomebodyElseChanged(t *testing.T) {
	b := newBench(t)
	b.lock()
	b.kill(host.KillAfter, 3, b.plan(settings("524288", "524288", "1", "x = 1\n")))
	b.fake.SetSysctl(maxKey, "77777")
	j, err := b.dir.Journal()
	if err != nil {
		t.Fatal(err)
	}
	err = b.transaction(b.fake).Undo(context.Background(), j, false)
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || len(incomplete.Residues) != 1 || !errors.Is(incomplete.Residues[0].Err, ErrChangedSince) {
		t.Fatalf("got %v", err)
	}
	if got := b.fake.Sysctl(maxKey); got != "77777" {
		t.Errorf("overwritten with %s", got)
	}
	if got := b.fake.Sysctl(bucketsKey); got != "262144" {
		t.Errorf("the rest was not undone: buckets %s", got)
	}
	j, err = b.dir.Journal()
	if err != nil || j == nil {
		t.Fatalf("the journal is gone: %v", err)
	}
	if err := b.transaction(b.fake).Undo(context.Background(), j, true); err != nil {
		t.Fatal(err)
	}
	if got := b.fake.Sysctl(maxKey); got != "262144" {
		t.Errorf("force left %s", got)
	}
}

func TestUndoAfterARebootTakesRuntimeValuesAsGone(t *testing.T) {
	b := newBench(t)
	b.lock()
	b.kill(host.KillAfter, 4, b.plan(settings("524288", "524288", "1", "x = 1\n")))
	b.fake.SetSysctl(maxKey, "65536") // what this boot began with
	f, _ := b.fake.Facts(context.Background())
	f.BootID = "next"
	b.fake.SetFacts(f)
	j, err := b.dir.Journal()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.transaction(b.fake).Undo(context.Background(), j, false); err != nil {
		t.Fatal(err)
	}
	if s, _ := Read(context.Background(), b.fake, planner.FileTarget(dropIn)); s != nil {
		t.Error("the file of the next boot is still there")
	}
	if got := b.fake.Sysctl(maxKey); got != "65536" {
		t.Errorf("max %s", got)
	}
}

func TestInterruptFinishesTheStepAndUndoes(t *testing.T) {
	b := newBench(t)
	b.lock()
	before := b.fake.Snapshot()
	tr := b.transaction(b.fake)
	stop := make(chan struct{})
	tr.Interrupted = stop
	var seen []EventType
	tr.Notify = func(e Event) {
		seen = append(seen, e.Type)
		if e.Type == EventStepStart && e.Index == 1 {
			close(stop)
		}
	}
	err := tr.Run(context.Background(), b.plan(settings("524288", "524288", "1", "x = 1\n")))
	var rolledBack *RolledBackError
	if !errors.Is(err, ErrInterrupted) || !errors.As(err, &rolledBack) || rolledBack.Undone != 2 {
		t.Fatalf("got %v", err)
	}
	want := []EventType{EventStepStart, EventStepComplete, EventStepStart, EventStepComplete,
		EventUndoStart, EventUndoStep, EventUndoStep, EventUndoComplete}
	if !slices.Equal(seen, want) {
		t.Errorf("events %v", seen)
	}
	if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
		t.Error(diff)
	}
}

func TestSecondInterruptLeavesTheJournal(t *testing.T) {
	b := newBench(t)
	b.lock()
	ctx, cancel := context.WithCancel(context.Background())
	tr := b.transaction(b.fake)
	tr.Notify = func(e Event) {
		if e.Type == EventStepComplete && e.Index == 1 {
			cancel()
		}
	}
	if err := tr.Run(ctx, b.plan(settings("524288", "524288", "1", "x = 1\n"))); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	j, err := b.dir.Journal()
	if err != nil || j == nil {
		t.Fatalf("no journal: %v", err)
	}
	if err := Open(j); err.(*OpenJournalError).Done != 2 {
		t.Errorf("%v", err)
	}
}

// The second interrupt can come while everything is being rolled back: what
// is left of that is for the next command.
func TestUndoThatIsCutOffLeavesTheJournal(t *testing.T) {
	b := newBench(t)
	b.lock()
	before := b.fake.Snapshot()
	ctx, cancel := context.WithCancel(context.Background())
	tr := b.transaction(host.NewFaulty(b.fake, host.Fault{Kind: host.Fail, Call: 4, Err: syscall.EIO}))
	tr.Notify = func(e Event) {
		if e.Type == EventUndoStep && e.Index == 2 {
			cancel()
		}
		if e.Type == EventUndoError {
			t.Errorf("reported as a failure: %v", e.Err)
		}
	}
	if err := tr.Run(ctx, b.plan(settings("524288", "524288", "1", "x = 1\n"))); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	j, err := b.dir.Journal()
	if err != nil || j == nil {
		t.Fatalf("no journal: %v", err)
	}
	if err := b.transaction(b.fake).Undo(context.Background(), j, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
		t.Error(diff)
	}
}

// move changes the facts of the bench's machine.
func (b *bench) move(change func(*planner.Facts)) {
	f, err := b.fake.Facts(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	change(&f)
	b.fake.SetFacts(f)
}

func TestUndoOnAnotherHostIsRefused(t *testing.T) {
	for name, change := range map[string]func(*planner.Facts){
		"another namespace": func(f *planner.Facts) { f.NetnsInode, f.NetnsName, f.InitNetns = 7, "db", false },
		"another root":      func(f *planner.Facts) { f.Root = "/mnt" },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.lock()
			b.kill(host.KillAfter, 3, b.plan(settings("524288", "524288", "1", "x = 1\n")))
			b.move(change)
			before := b.fake.Snapshot()
			j, err := b.dir.Journal()
			if err != nil {
				t.Fatal(err)
			}
			var elsewhere *ElsewhereError
			if err := b.transaction(b.fake).Undo(context.Background(), j, true); !errors.As(err, &elsewhere) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
				t.Error(diff)
			}
			if j, err := b.dir.Journal(); err != nil || j == nil {
				t.Errorf("the journal is gone: %v", err)
			}
		})
	}
}

func TestResumeAfterARebootIsRefused(t *testing.T) {
	b := newBench(t)
	b.lock()
	b.kill(host.KillAfter, 2, b.plan(settings("524288", "524288", "1", "x = 1\n")))
	b.move(func(f *planner.Facts) { f.BootID = "next" })
	before := b.fake.Snapshot()
	j, err := b.dir.Journal()
	if err != nil {
		t.Fatal(err)
	}
	var resume *ResumeError
	if err := b.transaction(b.fake).Resume(context.Background(), j); !errors.As(err, &resume) || !strings.Contains(err.Error(), "the boot id was") {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(before, b.fake.Snapshot()); diff != "" {
		t.Error(diff)
	}
}
