package state_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ctplan/ctplan/state"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCK_CHILD_DIR"); dir != "" {
		os.Exit(lockChild(dir, os.Getenv("LOCK_CHILD_WORK")))
	}
	os.Exit(m.Run())
}

// lockChild is another process: it adds one to the serial under the lock,
// once or for ever, or takes the lock, says so and waits to be killed.
func lockChild(dir, work string) int {
	d := state.Open(dir)
	who := state.LockInfo{PID: os.Getpid(), User: "bob", Command: "ctplan apply", Host: "web1", Since: time.Now()}
	l, err := d.Lock(context.Background(), state.Exclusive, time.Minute, who)
	if err == nil && work == "hold" {
		fmt.Println("held")
		select {}
	}
	if err == nil {
		err = addOne(d)
	}
	for err == nil && work == "count for ever" {
		err = addOne(d)
	}
	if err == nil {
		err = l.Unlock()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func addOne(d *state.Dir) error {
	f, err := d.Read()
	if err != nil {
		return err
	}
	f.Lineage = lineage
	f.Serial++
	g := generation(f.Serial)
	g.State = *f
	return errors.Join(d.Stage(f), d.AddGeneration(g), d.Commit())
}

func TestKilledWriterLeavesWholeFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	d := state.Open(dir)
	var last uint64
	for i := range 15 {
		cmd := lockChildCommand(t, dir, "count for ever")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+3*i) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // "signal: killed"
		serial := read(t, d).Serial
		if serial < last {
			t.Errorf("serial %d after %d", serial, last)
		}
		last = serial
		list, err := d.History()
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range list {
			if g.Damage != nil {
				t.Error(g.Damage)
			}
		}
	}
	if last < 5 {
		t.Errorf("only %d commits: the test does not test anything", last)
	}
}

func lockChildCommand(t *testing.T, dir, work string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "LOCK_CHILD_DIR="+dir, "LOCK_CHILD_WORK="+work)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestProcessesAreSerialised(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	const n = 20
	var wg sync.WaitGroup
	for range n {
		cmd := lockChildCommand(t, dir, "count")
		wg.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := read(t, state.Open(dir)).Serial; got != n {
		t.Errorf("serial %d after %d processes", got, n)
	}
}

func TestGoroutinesAreSerialised(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	var inside, entered atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			l, err := state.Open(dir).Lock(t.Context(), state.Exclusive, time.Minute, state.LockInfo{PID: 1})
			if err != nil {
				t.Error(err)
				return
			}
			if inside.Add(1) != 1 {
				t.Error("two hold the lock")
			}
			time.Sleep(time.Millisecond)
			entered.Add(1)
			inside.Add(-1)
			if err := l.Unlock(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if entered.Load() != 20 {
		t.Errorf("%d of 20 got the lock", entered.Load())
	}
}

func TestLoserNamesTheHolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	who := state.LockInfo{PID: 4711, User: "alice", Command: "ctplan apply\x1b[31m", Host: "web1", Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	l, err := state.Open(dir).Lock(t.Context(), state.Exclusive, 0, who)
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []state.LockMode{state.Exclusive, state.Shared} {
		_, err := state.Open(dir).Lock(t.Context(), mode, 0, state.LockInfo{PID: 2})
		var locked *state.LockedError
		if !errors.As(err, &locked) || locked.Holder != who {
			t.Fatalf("mode %d: %v, want a LockedError with the holder", mode, err)
		}
		for _, want := range []string{"4711", "alice", "ctplan apply", "web1", "03:04:05"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not hold %q", err, want)
			}
		}
		if strings.ContainsRune(err.Error(), 0x1b) {
			t.Errorf("%q holds a control character", err)
		}
	}
	if err := errors.Join(l.Unlock(), l.Unlock()); err != nil {
		t.Error(err)
	}
	l, err = state.Open(dir).Lock(t.Context(), state.Exclusive, 0, state.LockInfo{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestLongCommandsDoNotHideTheHolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	l, err := state.Open(dir).Lock(t.Context(), state.Exclusive, 0, state.LockInfo{PID: 4711, Command: "ctplan apply " + strings.Repeat("é", 5000)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Unlock()
	var locked *state.LockedError
	_, err = state.Open(dir).Lock(t.Context(), state.Exclusive, 0, state.LockInfo{})
	if !errors.As(err, &locked) || locked.Holder.PID != 4711 || len(locked.Holder.Command) > 300 {
		t.Errorf("got %v", err)
	}
}

func TestReadersShareTheLock(t *testing.T) {
	d := newDir(t) // has announced a holder, and holds the lock
	var locked *state.LockedError
	if _, err := d.Lock(t.Context(), state.Shared, 0, state.LockInfo{}); !errors.As(err, &locked) {
		t.Fatalf("a reader beside a writer: %v", err)
	}

	d = state.Open(filepath.Join(t.TempDir(), "state"))
	writer, err := d.Lock(t.Context(), state.Exclusive, 0, state.LockInfo{PID: 1, Command: "gone"})
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Unlock(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		reader, err := d.Lock(t.Context(), state.Shared, 0, state.LockInfo{})
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Unlock()
	}
	_, err = d.Lock(t.Context(), state.Exclusive, 0, state.LockInfo{})
	if !errors.As(err, &locked) || locked.Holder != (state.LockInfo{}) {
		t.Errorf("a writer beside readers: %v, want a LockedError that names nobody", err)
	}
}

func TestReadersChangeNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	l, err := state.Open(path).Lock(t.Context(), state.Shared, 0, state.LockInfo{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil { // it was not made
		t.Fatal(err)
	}
	if _, err := state.Open(path).Lock(t.Context(), state.Shared, 0, state.LockInfo{}); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(path); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestWaitingForTheLock(t *testing.T) {
	d := state.Open(filepath.Join(t.TempDir(), "state"))
	l, err := d.Lock(t.Context(), state.Exclusive, 0, state.LockInfo{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	var locked *state.LockedError
	if _, err := d.Lock(t.Context(), state.Exclusive, 100*time.Millisecond, state.LockInfo{}); !errors.As(err, &locked) {
		t.Errorf("got %v", err)
	}
	if waited := time.Since(start); waited < 100*time.Millisecond || waited > 5*time.Second {
		t.Errorf("waited %s", waited)
	}

	cancelled, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := d.Lock(cancelled, state.Exclusive, time.Hour, state.LockInfo{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}

	time.AfterFunc(50*time.Millisecond, func() { _ = l.Unlock() })
	second, err := d.Lock(t.Context(), state.Exclusive, time.Minute, state.LockInfo{})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestLockDiesWithItsProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	cmd := lockChildCommand(t, dir, "hold")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_, err = state.Open(dir).Lock(t.Context(), state.Exclusive, 0, state.LockInfo{})
	var locked *state.LockedError
	if !errors.As(err, &locked) || locked.Holder.PID != cmd.Process.Pid {
		t.Errorf("got %v, want a LockedError that names process %d", err, cmd.Process.Pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // "signal: killed"
	reader, err := state.Open(dir).Lock(t.Context(), state.Shared, 0, state.LockInfo{})
	if err != nil {
		t.Fatalf("after the holder's death: %v", err)
	}
	defer reader.Unlock()
	_, err = state.Open(dir).Lock(t.Context(), state.Exclusive, 0, state.LockInfo{})
	if !errors.As(err, &locked) || locked.Holder != (state.LockInfo{}) {
		t.Errorf("got %v, want a LockedError that does not name the dead", err)
	}
}
