package state_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/state"
)

const lineage = "5f0c8a0e-3c3b-4d2e-9a61-0c6a4f2f7a11"

// sample is a state as an apply leaves it, with text that JSON must quote.
func sample(serial uint64) *state.File {
	limit := planner.Sysctl("net/netfilter/nf_conntrack_max")
	file := planner.FileTarget("/etc/sysctl.d/90-ctplan.conf")
	return &state.File{
		FormatVersion: state.FormatVersion,
		Lineage:       lineage,
		Serial:        serial,
		Version:       "0.1.0",
		UpdatedAt:     time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Host:          planner.Facts{Hostname: "web1", BootID: "b", NetnsInode: 1<<64 - 1, Root: "/"},
		Managed: planner.Managed{
			Resources: map[string]planner.ManagedResource{"conntrack.main": {
				Type: "conntrack", Declared: map[string]any{"max": int64(1 << 60), "note": "a <b> & \"c\" \u2028"},
				Settings: []planner.Setting{{Layer: planner.Runtime, Target: limit, State: planner.Value("1048576")}},
			}},
			Originals: map[string]planner.Original{
				limit.ID(): {Target: limit, State: planner.Value("262144"), BootID: "b"},
				file.ID():  {Target: file, State: &planner.State{Data: "\xff\x00", Mode: 0o600}},
			},
		},
		AppliedPlans: []string{"p1", "p2"},
	}
}

// newDir is a state directory that has been locked once.
func newDir(t testing.TB) *state.Dir {
	t.Helper()
	return lockedDir(t, filepath.Join(t.TempDir(), "state"))
}

func lockedDir(t testing.TB, path string) *state.Dir {
	t.Helper()
	d := state.Open(path)
	l, err := d.Lock(t.Context(), state.Exclusive, 0, state.LockInfo{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Unlock(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func commit(t testing.TB, d *state.Dir, f *state.File) {
	t.Helper()
	if err := d.Stage(f); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, d *state.Dir) *state.File {
	t.Helper()
	f, err := d.Read()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func content(t testing.TB, d *state.Dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.Path(), name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func overwrite(t testing.TB, d *state.Dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.Path(), name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// files is everything in a state directory except the lock.
func files(t testing.TB, d *state.Dir) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(d.Path(), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "lock" || e.Name() == "filler" {
			return err
		}
		data, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, d.Path()+"/")] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestStateIsReadBackAsWritten(t *testing.T) {
	d := newDir(t)
	commit(t, d, sample(7))
	if diff := cmp.Diff(sample(7), read(t, d)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	first := content(t, d, "state.json")
	commit(t, d, sample(7))
	if !bytes.Equal(first, content(t, d, "state.json")) {
		t.Error("the same state gave other bytes")
	}
}

func TestNoStateIsAnEmptyOne(t *testing.T) {
	missing := state.Open(filepath.Join(t.TempDir(), "none"))
	for name, d := range map[string]*state.Dir{"no directory": missing, "no file": newDir(t)} {
		f := read(t, d)
		if f.Lineage != "" || f.Serial != 0 || f.Managed.Resources == nil || f.Managed.Originals == nil {
			t.Errorf("%s: %+v", name, f)
		}
		if j, err := d.Journal(); j != nil || err != nil {
			t.Errorf("%s: journal %v, %v", name, j, err)
		}
		if h, err := d.History(); len(h) != 0 || err != nil {
			t.Errorf("%s: history %v, %v", name, h, err)
		}
	}
	if _, err := os.Lstat(missing.Path()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made the directory: %v", err)
	}
}

func TestOnlyACommitChangesTheState(t *testing.T) {
	d := newDir(t)
	commit(t, d, sample(1))
	if err := d.Stage(sample(2)); err != nil {
		t.Fatal(err)
	}
	if got := read(t, d).Serial; got != 1 {
		t.Errorf("serial %d while 2 is staged", got)
	}
	if f, err := d.Staged(); err != nil || f.Serial != 2 {
		t.Errorf("staged %+v, %v", f, err)
	}
	if err := d.Discard(); err != nil {
		t.Fatal(err)
	}
	if err := d.Discard(); err != nil {
		t.Errorf("second discard: %v", err)
	}
	if err := d.Commit(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("commit of nothing: %v", err)
	}
	if got := read(t, d).Serial; got != 1 {
		t.Errorf("serial %d after the discard", got)
	}
	if _, err := d.Staged(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("staged after the discard: %v", err)
	}
}

func TestStageKeepsTheLastPlansAndWantsALineage(t *testing.T) {
	d, f := newDir(t), sample(1)
	f.AppliedPlans = nil
	for i := range state.KeepPlans + 5 {
		f.AppliedPlans = append(f.AppliedPlans, fmt.Sprint(i))
	}
	commit(t, d, f)
	got := read(t, d).AppliedPlans
	if len(got) != state.KeepPlans || got[0] != "5" || len(f.AppliedPlans) != state.KeepPlans+5 {
		t.Errorf("got %v", got)
	}
	f.Lineage = ""
	if err := d.Stage(f); err == nil {
		t.Error("a state without a lineage was staged")
	}
	if a, b := state.NewLineage(), state.NewLineage(); a == b || len(a) != len(lineage) {
		t.Errorf("lineages %q and %q", a, b)
	}
}

func TestFilesArePrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	d := newDir(t)
	commit(t, d, sample(1))
	begin(t, d, 1)
	if err := errors.Join(d.Stage(sample(2)), d.AddGeneration(generation(2))); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(d.Path(), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := e.Info()
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if err == nil && fi.Mode().Perm() != want {
			t.Errorf("%s: mode %04o, want %04o", path, fi.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDirectoriesThatOthersCanChangeAreRefused(t *testing.T) {
	parent := t.TempDir()
	if err := os.Mkdir(filepath.Join(parent, "real"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, prepare := range map[string]func(t *testing.T, path string) error{
		"link": func(_ *testing.T, path string) error { return os.Symlink("real", path) },
		"file": func(_ *testing.T, path string) error { return os.WriteFile(path, nil, 0o600) },
		"group-writable": func(_ *testing.T, path string) error {
			return errors.Join(os.Mkdir(path, 0o700), os.Chmod(path, 0o770))
		},
		"world-writable": func(_ *testing.T, path string) error {
			return errors.Join(os.Mkdir(path, 0o700), os.Chmod(path, 0o777|fs.ModeSticky))
		},
		"somebody else's": func(t *testing.T, path string) error {
			hosttest.RequireRoot(t)
			return errors.Join(os.Mkdir(path, 0o700), os.Chown(path, 12345, 0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(parent, name)
			if err := prepare(t, path); err != nil {
				t.Fatal(err)
			}
			d := state.Open(path)
			_, readErr := d.Read()
			_, shared := d.Lock(t.Context(), state.Shared, 0, state.LockInfo{})
			_, exclusive := d.Lock(t.Context(), state.Exclusive, 0, state.LockInfo{})
			for call, err := range map[string]error{"read": readErr, "shared": shared, "exclusive": exclusive, "stage": d.Stage(sample(1))} {
				var unsafe *state.UnsafeError
				if !errors.As(err, &unsafe) {
					t.Errorf("%s: %v, want an UnsafeError", call, err)
				}
			}
		})
	}
	if entries, err := os.ReadDir(filepath.Join(parent, "real")); err != nil || len(entries) > 0 {
		t.Errorf("something was written through the link: %v, %v", entries, err)
	}
}

func TestDamagedStateIsRefused(t *testing.T) {
	d := newDir(t)
	commit(t, d, sample(7))
	good := content(t, d, "state.json")
	if err := d.AddGeneration(generation(7)); err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) []byte {
		if !bytes.Contains(good, []byte(old)) {
			t.Fatalf("no %q in the state", old)
		}
		return bytes.Replace(good, []byte(old), []byte(new), 1)
	}
	for name, data := range map[string][]byte{
		"empty":             {},
		"blank":             []byte("\n\n"),
		"zeros":             make([]byte, len(good)),
		"half":              good[:len(good)/2],
		"edited value":      edit("262144", "262145"),
		"edited serial":     edit(`"serial": 7`, `"serial": 8`),
		"edited big number": edit("18446744073709551615", "18446744073709551614"),
		"edited digest":     edit("sha256:", "sha512:"),
		"no digest":         edit(`"digest"`, `"digest2"`),
		"member added":      edit(`"lineage"`, `"more": 1, "lineage"`),
		"two documents":     append(bytes.Clone(good), good...),
		"terraform's":       []byte(`{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": []}`),
		"a generation":      content(t, d, "history/000007.json"),
		"an array":          []byte("[]"),
		"no object":         []byte("null"),
		"not JSON":          []byte("<html>"),
		"wrong type":        edit(`"serial": 7`, `"serial": "7"`),
	} {
		t.Run(name, func(t *testing.T) {
			overwrite(t, d, "state.json", data)
			f, err := d.Read()
			var corrupt *state.CorruptError
			if !errors.As(err, &corrupt) {
				t.Fatalf("got %+v, %v; want a CorruptError", f, err)
			}
			if !strings.Contains(err.Error(), "history/000007.json") {
				t.Errorf("%q does not say what to restore it from", err)
			}
			if !bytes.Equal(content(t, d, "state.json"), data) {
				t.Error("the damaged file was changed")
			}
		})
	}
}

func TestStateCutAnywhereIsRefused(t *testing.T) {
	d := newDir(t)
	commit(t, d, sample(7))
	good := content(t, d, "state.json")
	for n := range len(good) - 1 { // the last byte is the final newline
		overwrite(t, d, "state.json", good[:n])
		var corrupt *state.CorruptError
		if _, err := d.Read(); !errors.As(err, &corrupt) {
			t.Fatalf("cut after %d bytes: %v, want a CorruptError", n, err)
		}
	}
}

func TestStateOfALaterFormatIsRefused(t *testing.T) {
	d := newDir(t)
	commit(t, d, sample(7))
	good := content(t, d, "state.json")
	overwrite(t, d, "state.json", bytes.Replace(good, []byte(`"format_version": "1.0"`), []byte(`"format_version": "2.0"`), 1))
	var version *state.VersionError
	if _, err := d.Read(); !errors.As(err, &version) || version.Version != "2.0" {
		t.Errorf("got %v, want a VersionError", err)
	}
}

func TestStateIsRestoredFromTheHistoryAsTheErrorSays(t *testing.T) {
	d := newDir(t)
	commit(t, d, sample(7))
	for _, g := range []state.Generation{generation(6), generation(7), generation(8)} {
		if err := d.AddGeneration(g); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Begin(state.JournalHeader{Serial: 8}); err != nil { // 8 was never committed
		t.Fatal(err)
	}
	overwrite(t, d, "state.json", []byte("{"))
	_, err := d.Read()
	if err == nil || !strings.Contains(err.Error(), "history/000007.json") {
		t.Fatalf("got %v", err)
	}
	var doc struct {
		State json.RawMessage `json:"state"`
	}
	if err := json.Unmarshal(content(t, d, "history/000007.json"), &doc); err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer // as jq(1) writes it
	if err := json.Indent(&indented, doc.State, "", "      "); err != nil {
		t.Fatal(err)
	}
	overwrite(t, d, "state.json", indented.Bytes())
	if diff := cmp.Diff(sample(7), read(t, d)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStateThatIsNoFileIsRefused(t *testing.T) {
	d := newDir(t)
	path := filepath.Join(d.Path(), "state.json")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	var corrupt *state.CorruptError
	if _, err := d.Read(); !errors.As(err, &corrupt) {
		t.Errorf("a pipe: %v", err)
	}
}
