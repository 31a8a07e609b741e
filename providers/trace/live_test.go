package trace_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/providers/internal/lifecycle"
	"github.com/ctplan/ctplan/providers/trace"
)

const tracefs = "/sys/kernel/tracing"

// inTracefs runs the test where tracefs is mounted: here, or in a process
// with a mount namespace of its own that mounts it. It returns false in the
// parent of such a process, whose test is done.
func inTracefs(t *testing.T) bool {
	t.Helper()
	hosttest.RequireRoot(t)
	if _, err := os.Stat(tracefs + "/instances"); err == nil {
		return true
	}
	const child = "CTPLAN_TEST_TRACEFS"
	if os.Getenv(child) != "" {
		err := unix.Mount("ctplan-test", tracefs, "tracefs", 0, "")
		hosttest.Require(t, fmt.Sprintf("a kernel with tracefs (%v)", err), err == nil)
		return true
	}
	args := []string{"-test.run=^" + t.Name() + "$", "-test.v"}
	for _, a := range os.Args[1:] {
		if strings.HasPrefix(a, "-test.gocoverdir=") || strings.HasPrefix(a, "-test.timeout=") {
			args = append(args, a)
		}
	}
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), child+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, syscall.EPERM):
		hosttest.Require(t, "to make mount namespaces", false)
	case err != nil:
		t.Fatalf("in a mount namespace: %v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("in a mount namespace:\n%s", out)
	}
	return false
}

// dial provokes a reset: nothing listens there. The namespace's loopback has
// to be up.
func dial(t *testing.T, netns string) {
	t.Helper()
	hosttest.InNetns(t, netns, func() error {
		d := net.Dialer{Timeout: 5 * time.Second}
		c, err := d.Dial("tcp", "127.0.0.1:81")
		if err == nil {
			return errors.Join(errors.New("somebody listens on port 81"), c.Close())
		}
		return nil
	})
}

func loopbackUp(t *testing.T, netns string) {
	t.Helper()
	hosttest.InNetns(t, netns, func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		request, err := unix.NewIfreq("lo")
		if err != nil {
			return err
		}
		request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
	})
}

// On a real kernel: events are recorded in an instance, followed, and gone
// after destroy.
func TestTracepointsOnThisKernel(t *testing.T) {
	if !inTracefs(t) {
		return
	}
	netns := hosttest.Netns(t)
	loopbackUp(t, netns)
	h, err := host.NewLive(host.LiveOptions{Netns: netns})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	instance := fmt.Sprintf("ctplan-test-%d", os.Getpid())
	source := fmt.Sprintf(`tracepoint "resets" {
  events   = ["tcp:tcp_receive_reset", "tcp:tcp_send_reset"]
  instance = %q
}
tracepoint "states" {
  events   = ["sock:inet_sock_set_state"]
  filter   = "dport == 81"
  instance = %[1]q
}
`, instance)
	run := lifecycle.New(t, h)
	run.Apply(source)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var mu sync.Mutex
	var seen []string
	done := make(chan error)
	go func() {
		done <- trace.Follow(ctx, h, trace.FollowOptions{Instance: instance, Now: time.Now}, func(happening trace.Happening) error {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, happening.String())
			return nil
		})
	}()
	complete := func() bool {
		mu.Lock()
		defer mu.Unlock()
		all := strings.Join(seen, "\n")
		return strings.Contains(all, "reset sent by the peer") && strings.Contains(all, "127.0.0.1:81 -> 127.0.0.1:") && strings.Contains(all, "state CLOSE -> SYN_SENT")
	}
	for !complete() && ctx.Err() == nil {
		dial(t, netns)
		time.Sleep(50 * time.Millisecond)
	}
	if !complete() {
		t.Errorf("seen:\n%s", strings.Join(seen, "\n"))
	}
	// The instance cannot go while it is followed, and says why.
	var failed *apply.RolledBackError
	if err := run.Try(h, ""); !errors.As(err, &failed) || !strings.Contains(err.Error(), "ctplan trace") {
		t.Errorf("destroy while followed: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("follow: %v", err)
	}
	run.Destroy()
	if _, err := os.Stat(filepath.Join(tracefs, "instances", instance)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the instance stays: %v", err)
	}
}

// A filter that the kernel refuses leaves nothing behind.
func TestRefusedFilterOnThisKernel(t *testing.T) {
	if !inTracefs(t) {
		return
	}
	h, err := host.NewLive(host.LiveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	ctx := t.Context()
	instance := planner.Tracepoint{Instance: fmt.Sprintf("ctplan-test-%d-f", os.Getpid())}
	point := instance
	point.Group, point.Event = "tcp", "tcp_receive_reset"
	write := func(target planner.Target, s *planner.State) error {
		return trace.WriteTracepoint(ctx, h, target.Name, nil, s)
	}
	if err := write(instance.Target(), planner.Value(planner.TraceOn)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := trace.WriteTracepoint(context.Background(), h, instance.Target().Name, nil, nil); err != nil {
			t.Error(err)
		}
	})
	if err := write(point.Target(), planner.Value("on: sport == 80")); err != nil {
		t.Fatal(err)
	}
	if err := write(point.Target(), planner.Value("on: bogus == 80")); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a filter of an unknown field: %v", err)
	}
	if s, err := trace.ReadTracepoint(ctx, h, point.Target().Name); err != nil || s == nil || s.Data != "on" {
		t.Errorf("after the refusal: %+v, %v", s, err)
	}
	if err := write(point.Target(), planner.Value("off: sport == 80")); err != nil {
		t.Error(err)
	}
	if s, err := trace.ReadTracepoint(ctx, h, point.Target().Name); err != nil || s == nil || s.Data != "off: sport == 80" {
		t.Errorf("off with a filter: %+v, %v", s, err)
	}
	if err := write(point.Target(), nil); err != nil {
		t.Error(err)
	}
	if s, err := trace.ReadTracepoint(ctx, h, point.Target().Name); err != nil || s != nil {
		t.Errorf("off: %+v, %v", s, err)
	}
}

func TestTracepointFindings(t *testing.T) {
	with := func(events ...string) *host.Fake {
		h := host.NewFakeLinux()
		h.SetDir(tracefs + "/instances")
		for _, e := range events {
			h.SetControl(tracefs+"/events/"+e+"/format", host.Control{Value: "name: x\nformat:\n\tfield:__u16 sport;\toffset:8;\n\nprint fmt: \"sport=%hu\", REC->sport\n", Mode: 0o440})
		}
		return h
	}
	tests := map[string]struct {
		host   *host.Fake
		source string
		want   string
	}{
		"no tracing":    {host.NewFakeLinux(), `tracepoint "x" { events = ["tcp:tcp_probe"] }`, "Events cannot be recorded here | This kernel has no tracing"},
		"not mounted":   {func() *host.Fake { h := host.NewFakeLinux(); h.SetDir(tracefs); return h }(), `tracepoint "x" { events = ["tcp:tcp_probe"] }`, "which is not mounted | mount -t tracefs"},
		"no such event": {with("tcp/tcp_send_reset"), `tracepoint "x" { events = ["tcp:tcp_send_rst"] }`, `There is no event tcp:tcp_send_rst | Did you mean "tcp:tcp_send_reset"?`},
		"no such group": {with("tcp/tcp_send_reset"), `tracepoint "x" { events = ["tpc:tcp_send_reset"] }`, "There is no group tpc at all"},
		"no such field": {with("tcp/tcp_send_reset"), `tracepoint "x" {
  events = ["tcp:tcp_send_reset"]
  filter = "dport == 80"
}`, "Event tcp:tcp_send_reset has no field dport | it has sport"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, diags := lifecycle.New(t, test.host).Propose(test.source)
			if len(diags) != 1 {
				t.Fatalf("%d diagnostics: %v", len(diags), diags)
			}
			text := diags[0].Summary + " " + diags[0].Detail
			for part := range strings.SplitSeq(test.want, " | ") {
				if !strings.Contains(text, part) {
					t.Errorf("%q is not in %q", part, text)
				}
			}
		})
	}
}
