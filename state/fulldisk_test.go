package state_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/state"
)

// fill writes a file until the file system has no more than free bytes left.
func fill(t *testing.T, dir string, free int) {
	t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	n := int(st.Bavail)*int(st.Bsize) - free
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, max(n, 0)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// smallDir is a state directory on a file system of its own with a committed
// state and a history.
func smallDir(t *testing.T) *state.Dir {
	t.Helper()
	d := lockedDir(t, filepath.Join(hosttest.SmallDisk(t, 128<<10), "state"))
	commit(t, d, sample(7))
	if err := d.AddGeneration(generation(7)); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestFullDiskLeavesEveryFileAsItWas(t *testing.T) {
	for name, change := range map[string]func(*state.Dir) error{
		"stage":               func(d *state.Dir) error { return d.Stage(big(8)) },
		"generation":          func(d *state.Dir) error { g := generation(8); g.State = *big(8); return d.AddGeneration(g) },
		"replaced generation": func(d *state.Dir) error { g := generation(7); g.State = *big(7); return d.AddGeneration(g) },
		"journal":             func(d *state.Dir) error { _, err := d.Begin(header(100)); return err },
	} {
		for _, free := range []int{0, 4096, 8192, 12288} {
			t.Run(fmt.Sprintf("%s with %d bytes", name, free), func(t *testing.T) {
				d := smallDir(t)
				before := files(t, d)
				fill(t, d.Path(), free)
				if err := change(d); !errors.Is(err, syscall.ENOSPC) {
					t.Fatalf("got %v, want ENOSPC", err)
				}
				if diff := cmp.Diff(before, files(t, d)); diff != "" {
					t.Errorf("(-before +after):\n%s", diff)
				}
			})
		}
	}
}

// big is a state that takes some 20 KiB.
func big(serial uint64) *state.File {
	f := sample(serial)
	for i := range 80 {
		r := f.Managed.Resources["conntrack.main"]
		f.Managed.Resources[fmt.Sprintf("conntrack.r%d", i)] = r
	}
	return f
}

func TestDiskThatFillsUpDuringAnApplyStopsNeitherItNorItsUndoing(t *testing.T) {
	d := smallDir(t)
	if err := d.Stage(sample(8)); err != nil {
		t.Fatal(err)
	}
	j := begin(t, d, 3)
	fill(t, d.Path(), 0)
	for i := range 3 {
		if err := errors.Join(j.Start(i), j.Done(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Undoing(); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := j.Undone(i); err != nil {
			t.Fatal(err)
		}
	}
	if got := summary(reopen(t, d)); got != "uuu!" {
		t.Errorf("journal %s", got)
	}
	if err := errors.Join(d.Commit(), j.Remove()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, d).Serial; got != 8 {
		t.Errorf("serial %d", got)
	}
}

func TestFullDiskDoesNotKeepAnybodyFromLocking(t *testing.T) {
	d := state.Open(filepath.Join(hosttest.SmallDisk(t, 64<<10), "state"))
	for i := range 2 {
		l, err := d.Lock(t.Context(), state.Exclusive, 0, state.LockInfo{PID: 4711})
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			var locked *state.LockedError
			if _, err := d.Lock(t.Context(), state.Exclusive, 0, state.LockInfo{}); !errors.As(err, &locked) || locked.Holder.PID != 4711 {
				t.Errorf("got %v", err)
			}
		}
		if err := l.Unlock(); err != nil {
			t.Fatal(err)
		}
		fill(t, filepath.Dir(d.Path()), 0)
	}
}
