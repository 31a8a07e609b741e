package host_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host"
)

func TestParseFaults(t *testing.T) {
	got, err := host.ParseFaults("fail:3:EIO,fail-after:1:ENOSPC,kill-before:2,kill-during:4,kill-after:5")
	want := []host.Fault{
		{Kind: host.Fail, Call: 3, Err: syscall.EIO}, {Kind: host.FailAfter, Call: 1, Err: syscall.ENOSPC},
		{Kind: host.KillBefore, Call: 2}, {Kind: host.KillDuring, Call: 4}, {Kind: host.KillAfter, Call: 5},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, spec := range []string{"", "fail", "fail:1", "fail:0:EIO", "fail:x:EIO", "fail:1:NOPE", "fail:1:", "fail:1:EIO:2", "kill-after:1:EIO", "explode:1", "fail:1:EIO,"} {
		if got, err := host.ParseFaults(spec); err == nil {
			t.Errorf("%q: %v, want an error", spec, got)
		}
	}
}

// change makes four mutating calls and returns the first error.
func change(h host.Host) error {
	if _, err := h.ReadFile(ctx, "/etc/hostname"); err != nil {
		return err // reads do not count
	}
	if err := h.WriteControl(ctx, "/proc/sys/net/ipv4/ip_forward", "1"); err != nil {
		return err
	}
	if err := h.WriteFile(ctx, "/etc/sysctl.d/90-ctplan.conf", own("net.ipv4.ip_forward = 1\n", 0o644)); err != nil {
		return err
	}
	if err := h.Remove(ctx, "/etc/hostname"); err != nil {
		return err
	}
	_, err := h.Run(ctx, host.Command{Argv: []string{"restore"}, Stdin: []byte("half and half")})
	return err
}

func newFakeWithProgram() *host.Fake {
	h := host.NewFakeLinux()
	h.SetProgram("restore", func(_ context.Context, c host.Command) (host.Result, error) {
		h.SetFile("/restored", string(c.Stdin))
		return host.Result{}, nil
	})
	return h
}

// after is what a fake holds once the first n calls of change were made.
func after(n int) map[string]string {
	h := newFakeWithProgram()
	if n < 4 {
		_ = change(host.NewFaulty(h, host.Fault{Kind: host.Fail, Call: n + 1, Err: syscall.EIO}))
	} else {
		_ = change(h)
	}
	return h.Snapshot()
}

func TestFailuresAtEveryCall(t *testing.T) {
	for call := 1; call <= 4; call++ {
		for kind, done := range map[host.FaultKind]int{host.Fail: call - 1, host.FailAfter: call} {
			fake := newFakeWithProgram()
			h := host.NewFaulty(fake, host.Fault{Kind: kind, Call: call, Err: syscall.EIO})
			err := change(h)
			if !errors.Is(err, syscall.EIO) {
				t.Errorf("%s:%d: %v", kind, call, err)
			}
			var control *host.ControlError
			if errors.As(err, &control) != (call == 1) {
				t.Errorf("%s:%d: %T", kind, call, err)
			}
			if h.Calls() != call {
				t.Errorf("%s:%d: %d calls counted", kind, call, h.Calls())
			}
			if diff := cmp.Diff(after(done), fake.Snapshot()); diff != "" {
				t.Errorf("%s:%d (-want +got):\n%s", kind, call, diff)
			}
		}
	}
	if maps.Equal(after(0), after(1)) || maps.Equal(after(3), after(4)) {
		t.Error("the calls make no difference")
	}
}

func TestKillsWithinTheProcess(t *testing.T) {
	for call := 1; call <= 4; call++ {
		for kind, done := range map[host.FaultKind]int{host.KillBefore: call - 1, host.KillAfter: call} {
			fake := newFakeWithProgram()
			h := host.NewFaulty(fake, host.Fault{Kind: kind, Call: call})
			h.Kill = host.InProcess
			func() {
				defer func() {
					if r := recover(); r != host.ErrKilled {
						t.Errorf("%s:%d: recovered %v", kind, call, r)
					}
				}()
				defer func() { // as a rollback in a deferred function would
					if err := h.Remove(ctx, "/etc/machine-id"); !errors.Is(err, host.ErrKilled) {
						t.Errorf("%s:%d: the dead process went on: %v", kind, call, err)
					}
				}()
				_ = change(h)
			}()
			if diff := cmp.Diff(after(done), fake.Snapshot()); diff != "" {
				t.Errorf("%s:%d (-want +got):\n%s", kind, call, diff)
			}
		}
	}
}

func TestKillDuringLeavesHalfOfIt(t *testing.T) {
	kill := func(call int) *host.Fake {
		fake := newFakeWithProgram()
		h := host.NewFaulty(fake, host.Fault{Kind: host.KillDuring, Call: call})
		h.Kill = host.InProcess
		func() {
			defer func() { _ = recover() }()
			_ = change(h)
		}()
		return fake
	}
	fake := kill(2)
	s := fake.Snapshot()
	if _, there := s["/etc/sysctl.d/90-ctplan.conf"]; there || len(s) != len(after(1))+1 {
		t.Errorf("want a temporary file and no other, got:\n%s", cmp.Diff(after(1), s))
	}
	if err := fake.WriteFile(ctx, "/etc/sysctl.d/90-ctplan.conf", own("net.ipv4.ip_forward = 1\n", 0o644)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(after(2), fake.Snapshot()); diff != "" {
		t.Errorf("the next write (-want +got):\n%s", diff)
	}
	if f, err := kill(4).ReadFile(ctx, "/restored"); err != nil || string(f.Data) != "half a" {
		t.Errorf("program got %q, %v", f.Data, err)
	}
}

func TestKillIsRealUnlessSetOtherwise(t *testing.T) {
	if os.Getenv("FAULTY_CHILD") == "1" {
		_ = change(host.NewFaulty(newFakeWithProgram(), host.Fault{Kind: host.KillBefore, Call: 2}))
		os.Exit(0)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "FAULTY_CHILD=1")
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("got %v, want death by SIGKILL", err)
	}
}
