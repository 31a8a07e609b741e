package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ctplan/ctplan/providers/host/hosttest"
)

// TestFailureOfEveryOperationInANamespace fails each mutating call of an
// apply, before and after it took effect: the exit code is 4 and the host is
// as it was.
func TestFailureOfEveryOperationInANamespace(t *testing.T) {
	for _, fault := range []string{"fail", "fail-after"} {
		for k := 1; k <= mutations; k++ {
			t.Run(fmt.Sprintf("%s %d", fault, k), func(t *testing.T) {
				s := newSite(t, someSettings)
				before := s.snapshot()
				r := s.runWith(fmt.Sprintf("%s:%d:EIO", fault, k), "apply", "-auto-approve")
				if r.code != 4 || !strings.Contains(r.stdout+r.stderr, "All changes were rolled back") {
					t.Fatal(r)
				}
				s.same(before, "after the failure")
				s.must(0, "apply", "-auto-approve")
				s.must(0, "destroy", "-auto-approve")
				s.same(before, "after destroy")
			})
		}
	}
}

// TestKillAtEveryOperationInANamespace sends SIGKILL around each mutating
// call. The next command refuses, names the way out, and `rollback` (or
// `apply -resume`) takes it.
func TestKillAtEveryOperationInANamespace(t *testing.T) {
	points := 0
	for _, fault := range []string{"kill-before", "kill-during", "kill-after"} {
		for k := 1; k <= mutations; k++ {
			points++
			t.Run(fmt.Sprintf("%s %d", fault, k), func(t *testing.T) {
				s := newSite(t, someSettings)
				before := s.snapshot()
				if r := s.runWith(fmt.Sprintf("%s:%d", fault, k), "apply", "-auto-approve"); r.code != -1 {
					t.Fatalf("not killed: %s", r)
				}
				r := s.must(1, "apply", "-auto-approve")
				if !strings.Contains(r.stderr, "ctplan rollback") || !strings.Contains(r.stderr, "-resume") {
					t.Errorf("the way out is not named: %s", r)
				}
				if k%2 == 0 {
					s.must(0, "apply", "-resume")
					s.must(0, "plan", "-detailed-exitcode")
					s.must(0, "destroy", "-auto-approve")
				} else {
					s.must(0, "rollback", "-auto-approve")
				}
				s.same(before, "in the end")
			})
		}
	}
	// One call more than there are must not be reached: the matrix is whole.
	s := newSite(t, someSettings)
	if r := s.runWith(fmt.Sprintf("kill-before:%d", mutations+1), "apply", "-auto-approve"); r.code != 0 {
		t.Errorf("an apply makes more than %d mutating calls: %s", mutations, r)
	}
	t.Logf("%d points tried", points)
}

// TestFullDisk fills the file system of the state directory.
func TestFullDisk(t *testing.T) {
	for name, room := range map[string]int{"no room at all": 0, "some room": 8 << 10, "room for half": 24 << 10} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, someSettings)
			disk := hosttest.SmallDisk(t, 64<<10)
			s.state = filepath.Join(disk, "state")
			if err := os.Mkdir(s.state, 0o700); err != nil {
				t.Fatal(err)
			}
			fill(t, filepath.Join(disk, "filler"), room)
			before := s.snapshot()
			r := s.run("apply", "-auto-approve")
			if r.code != 1 && r.code != 4 {
				t.Fatal(r)
			}
			if !strings.Contains(r.stderr, "no space left on device") {
				t.Errorf("the cause is not named: %s", r)
			}
			s.same(before, "after an apply on a full disk")
			if err := os.Remove(filepath.Join(disk, "filler")); err != nil {
				t.Fatal(err)
			}
			s.must(0, "apply", "-auto-approve")
			s.must(0, "destroy", "-auto-approve")
			s.same(before, "after destroy")
		})
	}
}

// fill writes until the disk is full, then makes room again.
func fill(t *testing.T, path string, room int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var size int64
	for block := make([]byte, 4096); ; size += int64(len(block)) {
		if _, err := f.Write(block); err != nil {
			break
		}
	}
	if err := f.Truncate(max(size-int64(room), 0)); err != nil {
		t.Fatal(err)
	}
}

// TestTwentyAppliesAtOnce starts twenty at the same moment, each with its
// own value.
func TestTwentyAppliesAtOnce(t *testing.T) {
	const n = 20
	for name, tc := range map[string]struct {
		timeout string
		allowed []int
	}{
		"they wait for each other":        {"60s", []int{0}},
		"the losers give up and name why": {"0s", []int{0, 7}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, "variable \"v\" {\n  type = number\n}\nconntrack \"x\" {\n  generic_timeout = var.v\n}\n")
			before := s.snapshot()
			results := make([]result, n)
			var wg sync.WaitGroup
			for i := range n {
				cmd := s.command("apply", "-auto-approve", "-lock-timeout="+tc.timeout, fmt.Sprintf("-var=v=%d", 1000+i))
				wg.Go(func() { results[i] = finish(t, cmd) })
			}
			wg.Wait()
			done := 0
			for i, r := range results {
				switch {
				case r.code == 0:
					done++
				case r.code == 7 && tc.timeout == "0s":
					if !strings.Contains(r.stderr, `locked by "ctplan apply" (process `) {
						t.Errorf("the holder is not named: %s", r)
					}
				default:
					t.Errorf("apply %d: %s", i, r)
				}
			}
			if tc.timeout != "0s" && done != n || done == 0 {
				t.Errorf("%d of %d succeeded", done, n)
			}
			r := s.must(0, "history")
			if got := strings.Count(r.stdout, " apply "); got != done {
				t.Errorf("%d applies in the history, %d succeeded:\n%s", got, done, r.stdout)
			}
			s.must(0, "destroy", "-auto-approve")
			s.same(before, "after destroy")
		})
	}
}

// TestDamagedFilesChangeNothing truncates, edits and replaces each file that
// ctplan keeps.
func TestDamagedFilesChangeNothing(t *testing.T) {
	damages := map[string]func([]byte) []byte{
		"truncated": func(b []byte) []byte { return b[:len(b)/2] },
		"edited":    func(b []byte) []byte { return []byte(strings.Replace(string(b), "3600", "3601", 1)) },
		"foreign":   func([]byte) []byte { return []byte(`{"version": 4, "terraform_version": "1.9.0"}`) },
		"empty":     func([]byte) []byte { return nil },
		"binary":    func([]byte) []byte { return []byte("\x00\xff\x00\xff") },
	}
	for name, damage := range damages {
		t.Run("state "+name, func(t *testing.T) {
			s := newSite(t, someSettings)
			s.must(0, "apply", "-auto-approve")
			s.configure(strings.ReplaceAll(someSettings, `"1h"`, `"2h"`))
			s.refuseDamaged(filepath.Join(s.state, "state.json"), damage, "apply", "-auto-approve")
			s.refuseDamaged(filepath.Join(s.state, "state.json"), damage, "destroy", "-auto-approve")
		})
		t.Run("journal "+name, func(t *testing.T) {
			s := newSite(t, someSettings)
			if r := s.runWith("kill-after:3", "apply", "-auto-approve"); r.code != -1 {
				t.Fatal(r)
			}
			s.refuseDamaged(filepath.Join(s.state, "journal"), damage, "rollback", "-auto-approve")
			s.refuseDamaged(filepath.Join(s.state, "journal"), damage, "apply", "-auto-approve")
			s.must(0, "rollback", "-auto-approve")
		})
		t.Run("plan "+name, func(t *testing.T) {
			s := newSite(t, someSettings)
			plan := filepath.Join(t.TempDir(), "plan")
			s.must(0, "plan", "-out", plan)
			s.refuseDamaged(plan, damage, "apply", plan)
		})
	}
}

// refuseDamaged damages a file, expects a clear error that names it and
// changes nothing, and repairs it.
func (s *site) refuseDamaged(path string, damage func([]byte) []byte, args ...string) {
	s.t.Helper()
	good, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, damage(good), 0o600); err != nil {
		s.t.Fatal(err)
	}
	before := s.snapshot()
	r := s.must(1, args...)
	if !strings.Contains(r.stderr, filepath.Base(path)) || strings.Contains(r.stderr, "panic") {
		s.t.Errorf("an unclear error about %s: %s", path, r)
	}
	s.same(before, "after a damaged file")
	if err := os.WriteFile(path, good, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// TestBrokenPipeDoesNotStopATransaction pipes the output to a reader that
// goes away.
func TestBrokenPipeDoesNotStopATransaction(t *testing.T) {
	s := newSite(t, someSettings)
	apply := s.command("apply", "-auto-approve")
	out, err := apply.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := apply.Start(); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	if err := apply.Wait(); err != nil {
		t.Fatalf("apply into a closed pipe: %v", err)
	}
	s.must(0, "plan", "-detailed-exitcode")
}

func (s *site) setSysctl(key, value string) error {
	return exec.Command("ip", "netns", "exec", s.netns, "sh", "-c", "echo "+value+" > /proc/sys/"+key).Run()
}
