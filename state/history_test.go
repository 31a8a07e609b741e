package state_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/state"
)

func generation(serial uint64) state.Generation {
	return state.Generation{
		Serial: serial, Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Who: "root", Command: "apply",
		PlanID: "p1", ConfigDigest: "sha256:c", Summary: "1 changed",
		Changes:    []planner.Change{{Address: "conntrack.main", Action: planner.ActionUpdate}},
		Operations: operations(2),
		State:      *sample(serial),
	}
}

func operations(n int) []planner.Operation {
	ops := make([]planner.Operation, n)
	for i := range ops {
		ops[i] = planner.Operation{
			Addresses: []string{"conntrack.main"}, Target: planner.Sysctl(fmt.Sprintf("net/netfilter/key%d", i)),
			Before: planner.Value("1"), After: planner.Value("2"), Phase: planner.PhaseSysctl,
		}
	}
	return ops
}

func TestGenerationIsReadBackAsWritten(t *testing.T) {
	d := newDir(t)
	if err := d.AddGeneration(generation(41)); err != nil {
		t.Fatal(err)
	}
	got, err := d.Generation(41)
	if err != nil {
		t.Fatal(err)
	}
	want := generation(41)
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := d.Generation(40); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing generation: %v", err)
	}
}

func TestHistoryKeepsTheNewest(t *testing.T) {
	d := newDir(t)
	const first, last = 999_990, 1_000_015 // across a change in the number of digits
	for serial := uint64(first); serial <= last; serial++ {
		if err := errors.Join(d.Stage(sample(serial)), d.AddGeneration(generation(serial)), d.Commit()); err != nil {
			t.Fatal(err)
		}
	}
	list, err := d.History()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != state.KeepGenerations {
		t.Fatalf("%d generations", len(list))
	}
	for i, g := range list {
		if want := uint64(last - state.KeepGenerations + 1 + i); g.Serial != want || g.Damage != nil {
			t.Errorf("generation %d is %d, %v; want %d", i, g.Serial, g.Damage, want)
		}
	}
}

func TestApplyThatComesToNothingCostsNoHistory(t *testing.T) {
	d := newDir(t)
	for serial := uint64(1); serial <= state.KeepGenerations; serial++ {
		if err := d.AddGeneration(generation(serial)); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, d)
	const next = state.KeepGenerations + 1
	if err := errors.Join(d.AddGeneration(generation(next)), d.DropGeneration(next), d.DropGeneration(next)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, files(t, d)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestDamagedGenerationIsListedAndHarmsNoOther(t *testing.T) {
	d := newDir(t)
	for serial := uint64(1); serial <= 4; serial++ {
		if err := d.AddGeneration(generation(serial)); err != nil {
			t.Fatal(err)
		}
	}
	good := content(t, d, "history/000002.json")
	overwrite(t, d, "history/000002.json", good[:len(good)/2])
	overwrite(t, d, "history/000003.json", content(t, d, "history/000004.json"))
	overwrite(t, d, "history/README", []byte("not ctplan's"))
	overwrite(t, d, "history/5.json", []byte("not ctplan's"))
	if err := os.Mkdir(filepath.Join(d.Path(), "history/000006.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	list, err := d.History()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range list {
		var corrupt *state.CorruptError
		got = append(got, fmt.Sprint(g.Serial, errors.As(g.Damage, &corrupt)))
	}
	want := []string{"1 false", "2 true", "3 true", "4 false", "6 true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A crash between staging and the journal leaves a generation behind that
// never happened; a state that was moved away leaves those of its lineage.
func TestHistoryEndsWhereTheStateIs(t *testing.T) {
	d := newDir(t)
	for serial := uint64(1); serial <= 3; serial++ {
		if err := errors.Join(d.Stage(sample(serial)), d.AddGeneration(generation(serial)), d.Commit()); err != nil {
			t.Fatal(err)
		}
	}
	listed := func(what string, want ...uint64) {
		t.Helper()
		list, err := d.History()
		var got []uint64
		for _, g := range list {
			got = append(got, g.Serial)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
		}
	}
	if err := errors.Join(d.Stage(sample(4)), d.AddGeneration(generation(4))); err != nil {
		t.Fatal(err)
	}
	listed("a transaction that never began", 1, 2, 3)
	good := content(t, d, "state.json")
	overwrite(t, d, "state.json", good[:len(good)/2])
	listed("a damaged state beside it", 1, 2, 3)
	if _, err := d.Read(); err == nil || !strings.Contains(err.Error(), "000003.json") {
		t.Errorf("the generation to restore is not named: %v", err)
	}
	if err := errors.Join(d.Stage(sample(1)), d.AddGeneration(generation(1)), d.Commit()); err != nil {
		t.Fatal(err)
	}
	listed("a new lineage", 1)
}

func TestPruningSparesTheHistoryOfANewLineage(t *testing.T) {
	d := newDir(t)
	for serial := uint64(1); serial <= 2*state.KeepGenerations; serial++ {
		if err := d.AddGeneration(generation(serial)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(d.Stage(sample(1)), d.AddGeneration(generation(1)), d.Commit()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Generation(1); err != nil {
		t.Error(err)
	}
}
