package host_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ctplan/ctplan/providers/host"
)

func TestRun(t *testing.T) {
	h := newLive(t, host.LiveOptions{})
	for name, c := range map[string]struct {
		cmd         host.Command
		out, errOut string
		code        int
	}{
		"standard input":   {host.Command{Argv: []string{"cat"}, Stdin: []byte("a\x00b\n")}, "a\x00b\n", "", 0},
		"exit code":        {host.Command{Argv: []string{"sh", "-c", "echo out; echo err >&2; exit 3"}}, "out\n", "err\n", 3},
		"signal":           {host.Command{Argv: []string{"sh", "-c", "kill -TERM $$"}}, "", "", 128 + 15},
		"absolute path":    {host.Command{Argv: []string{"/bin/echo", "a b", "$HOME", "*"}}, "a b $HOME *\n", "", 0},
		"environment":      {host.Command{Argv: []string{"env"}, Env: []string{"A=b"}}, "PATH=" + host.SafePath + "\nLC_ALL=C\nA=b\n", "", 0},
		"directory":        {host.Command{Argv: []string{"pwd"}}, "/\n", "", 0},
		"input left alone": {host.Command{Argv: []string{"true"}, Stdin: make([]byte, 1<<20)}, "", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := h.Run(ctx, c.cmd)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Stdout) != c.out || string(got.Stderr) != c.errOut || got.ExitCode != c.code {
				t.Errorf("got %q, %q, %d", got.Stdout, got.Stderr, got.ExitCode)
			}
		})
	}
}

func TestRunDoesNotTrustTheCallersPath(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "evil"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	h := newLive(t, host.LiveOptions{})
	for argv0, want := range map[string]error{
		"evil": fs.ErrNotExist, "no-such-program": fs.ErrNotExist, "/no/such": fs.ErrNotExist,
		"./evil": fs.ErrInvalid, "": fs.ErrInvalid, plain: fs.ErrPermission,
	} {
		if _, err := h.Run(ctx, host.Command{Argv: []string{argv0}}); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", argv0, err, want)
		}
	}
	if _, err := h.Run(ctx, host.Command{}); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("no argv: %v", err)
	}
}

func TestRunEndsTheWholeProcessGroupInTime(t *testing.T) {
	h := newLive(t, host.LiveOptions{})
	pidFile := filepath.Join(t.TempDir(), "pid")
	start := time.Now()
	_, err := h.Run(ctx, host.Command{
		Argv:    []string{"sh", "-c", "sleep 60 & echo $! > " + pidFile + "; wait"},
		Timeout: 300 * time.Millisecond,
	})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "300ms") {
		t.Errorf("got %v", err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %s", d)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // whoever inherits the orphan has to reap it
		if gone(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d, started by the program, is still there", pid)
}

func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestRunStopsWithItsContext(t *testing.T) {
	h := newLive(t, host.LiveOptions{})
	c, cancel := context.WithCancel(ctx)
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := h.Run(c, host.Command{Argv: []string{"sleep", "60"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRunLimitsOutput(t *testing.T) {
	h := newLive(t, host.LiveOptions{})
	if _, err := h.Run(ctx, host.Command{Argv: []string{"cat", "/dev/zero"}}); !errors.Is(err, host.ErrTooMuchOutput) {
		t.Errorf("got %v", err)
	}
}
