package state_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/state"
)

func header(steps int) state.JournalHeader {
	return state.JournalHeader{
		FormatVersion: state.FormatVersion, ID: "j1", Kind: "apply", Serial: 8, Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		BootID: "b", Who: "root", PID: 4711,
		Plan: planner.Plan{
			Lineage: lineage, Operations: operations(steps), Next: sample(8).Managed,
			Changes: []planner.Change{{Address: "a <b>", Attributes: []planner.AttributeValue{{Name: "max", Before: int64(1), After: "\n\x00"}}}},
		},
	}
}

func begin(t testing.TB, d *state.Dir, steps int) *state.Journal {
	t.Helper()
	j, err := d.Begin(header(steps))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// summary is what a journal says, in short.
func summary(j *state.Journal) string {
	var b strings.Builder
	for _, s := range j.Steps() {
		b.WriteByte("psdu"[map[state.StepStatus]int{state.StepPending: 0, state.StepStarted: 1, state.StepDone: 2, state.StepUndone: 3}[s]])
	}
	if j.IsUndoing() {
		b.WriteByte('!')
	}
	return b.String()
}

func reopen(t testing.TB, d *state.Dir) *state.Journal {
	t.Helper()
	j, err := d.Journal()
	if err != nil || j == nil {
		t.Fatalf("journal %v, %v", j, err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// transaction is a failed apply of three steps; each event leads to a summary.
var transaction = []struct {
	record func(*state.Journal) error
	want   string
}{
	{func(j *state.Journal) error { return j.Start(0) }, "spp"},
	{func(j *state.Journal) error { return j.Done(0) }, "dpp"},
	{func(j *state.Journal) error { return j.Start(1) }, "dsp"},
	{func(j *state.Journal) error { return j.Undoing() }, "dsp!"},
	{func(j *state.Journal) error { return j.Undone(1) }, "dup!"},
	{func(j *state.Journal) error { return j.Undone(0) }, "uup!"},
}

func TestJournalIsOnDiskAfterEachRecord(t *testing.T) {
	for name, reopenEachTime := range map[string]bool{"one process": false, "a process for each record": true} {
		t.Run(name, func(t *testing.T) {
			d := newDir(t)
			j := begin(t, d, 3)
			if got := summary(reopen(t, d)); got != "ppp" {
				t.Errorf("new: %s", got)
			}
			for i, event := range transaction {
				if reopenEachTime {
					j = reopen(t, d)
				}
				if err := event.record(j); err != nil {
					t.Fatal(err)
				}
				if got := summary(j); got != event.want {
					t.Errorf("record %d: %s, want %s", i, got, event.want)
				}
				if got := summary(reopen(t, d)); got != event.want {
					t.Errorf("record %d, read back: %s, want %s", i, got, event.want)
				}
			}
			if diff := cmp.Diff(header(3), reopen(t, d).Header()); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			if err := errors.Join(j.Remove(), j.Remove()); err != nil {
				t.Error(err)
			}
			if j, err := d.Journal(); j != nil || err != nil {
				t.Errorf("after its removal: %v, %v", j, err)
			}
		})
	}
}

func TestThereIsOneJournalAtATime(t *testing.T) {
	d := newDir(t)
	begin(t, d, 3)
	before := files(t, d)
	if _, err := d.Begin(header(1)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second journal: %v", err)
	}
	if diff := cmp.Diff(before, files(t, d)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestRecordsOfUnknownStepsAreRefused(t *testing.T) {
	d := newDir(t)
	j := begin(t, d, 2)
	before := files(t, d)
	for _, i := range []int{-1, 2} {
		if err := errors.Join(j.Start(i)); err == nil {
			t.Errorf("step %d was recorded", i)
		}
	}
	if diff := cmp.Diff(before, files(t, d)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// written is a journal after the whole transaction: header and records,
// without the blank lines behind them, and how many those are.
func written(t *testing.T, d *state.Dir) (lines [][]byte, blanks int) {
	t.Helper()
	j := begin(t, d, 3)
	for _, event := range transaction {
		if err := event.record(j); err != nil {
			t.Fatal(err)
		}
	}
	data := content(t, d, "journal")
	text := bytes.TrimRight(data, "\n")
	return bytes.Split(text, []byte("\n")), len(data) - len(text)
}

func assemble(lines [][]byte, size int) []byte {
	text := bytes.Join(lines, []byte("\n"))
	return append(text, bytes.Repeat([]byte("\n"), max(0, size-len(text)))...)
}

func TestRecordCutOffWhileItWasWrittenIsLeftOut(t *testing.T) {
	d := newDir(t)
	lines, blanks := written(t, d)
	size := len(bytes.Join(lines, []byte("\n"))) + blanks
	last := lines[len(lines)-1]
	before := transaction[len(transaction)-2].want
	for n := range last {
		overwrite(t, d, "journal", assemble(append(lines[:len(lines)-1:len(lines)-1], last[:n]), size))
		j := reopen(t, d)
		if got := summary(j); got != before {
			t.Fatalf("cut after %d bytes: %s, want %s", n, got, before)
		}
		if err := j.Undone(0); err != nil {
			t.Fatal(err)
		}
		if got := summary(reopen(t, d)); got != "uup!" {
			t.Fatalf("cut after %d bytes, recorded again: %s", n, got)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDamagedJournalIsRefused(t *testing.T) {
	d := newDir(t)
	lines, blanks := written(t, d)
	size := len(bytes.Join(lines, []byte("\n"))) + blanks
	without := func(i int) [][]byte { return append(append([][]byte{}, lines[:i]...), lines[i+1:]...) }
	swapped := append([][]byte{}, lines...)
	swapped[2], swapped[3] = swapped[3], swapped[2]
	cases := map[string][]byte{
		"empty":               {},
		"blank":               bytes.Repeat([]byte("\n"), size),
		"zeros":               make([]byte, size),
		"cut in the header":   lines[0][:100],
		"cut after a record":  append(bytes.Join(lines[:3], []byte("\n")), '\n'),
		"one byte short":      assemble(lines, size-1),
		"header gone":         assemble(without(0), size),
		"record gone":         assemble(without(2), size),
		"records swapped":     assemble(swapped, size),
		"record twice":        assemble(append(append(append([][]byte{}, lines[:3]...), lines[2]), lines[3:]...), size),
		"blank line between":  assemble(append(append(append([][]byte{}, lines[:3]...), nil), lines[3:]...), size),
		"not a journal":       []byte("#!/bin/sh\nexit 0\n"),
		"a state file":        fileOf(t, sample(7)),
		"two records changed": bytes.ReplaceAll(assemble(lines, size), []byte(`"step":1`), []byte(`"step":2`)),
	}
	for i, line := range lines[:len(lines)-1] {
		for _, at := range []int{0, len(line) / 3, len(line) / 2, len(line) - 3} {
			damaged := append([][]byte{}, lines...)
			damaged[i] = bytes.Clone(line)
			damaged[i][at] ^= 1
			cases[fmt.Sprintf("line %d changed at %d", i+1, at)] = assemble(damaged, size)
		}
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			overwrite(t, d, "journal", data)
			j, err := d.Journal()
			var corrupt *state.CorruptError
			if !errors.As(err, &corrupt) || corrupt.Advice == "" {
				t.Errorf("got %v, %v; want a CorruptError", j, err)
			}
			if !bytes.Equal(content(t, d, "journal"), data) {
				t.Error("the damaged file was changed")
			}
			if _, err := d.Begin(header(1)); !errors.Is(err, fs.ErrExist) {
				t.Errorf("a new journal was begun over it: %v", err)
			}
		})
	}
}

func fileOf(t *testing.T, f *state.File) []byte {
	t.Helper()
	d := newDir(t)
	commit(t, d, f)
	return content(t, d, "state.json")
}

func TestRecordBeyondTheReservedSpaceMayBeCutOffToo(t *testing.T) {
	d := newDir(t)
	j := begin(t, d, 1)
	for range 20 {
		if err := errors.Join(j.Start(0), j.Undone(0)); err != nil {
			t.Fatal(err)
		}
	}
	data := content(t, d, "journal")
	if data[len(data)-2] == '\n' {
		t.Fatal("there is still space")
	}
	overwrite(t, d, "journal", data[:len(data)-1]) // its newline is missing
	j = reopen(t, d)
	if got := summary(j); got != "s" {
		t.Errorf("got %s", got)
	}
	if err := j.Done(0); err != nil {
		t.Fatal(err)
	}
	if got := summary(reopen(t, d)); got != "d" {
		t.Errorf("got %s", got)
	}
}

func TestJournalGrowsBeyondItsReservedSpace(t *testing.T) {
	d := newDir(t)
	j := begin(t, d, 1)
	for i := range 50 {
		if err := errors.Join(j.Start(0), j.Undone(0)); err != nil {
			t.Fatal(i, err)
		}
	}
	if got := summary(reopen(t, d)); got != "u" {
		t.Errorf("got %s", got)
	}
}
