package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

// tracingHost is a host whose trace yields some lines and then waits.
type tracingHost struct {
	*host.Fake
	pipe string
	// waiting is closed when all lines were read; wait says to wait then.
	waiting chan struct{}
	wait    bool
}

func (h *tracingHost) Close() error { return nil }

func (h *tracingHost) Follow(ctx context.Context, path string, emit func([]byte) error) error {
	if !strings.HasSuffix(path, "/instances/ctplan/trace_pipe") {
		return errors.New("unexpected path " + path)
	}
	if err := emit([]byte(h.pipe)); err != nil || !h.wait {
		return err
	}
	close(h.waiting)
	<-ctx.Done()
	return nil
}

const resetLines = `          <idle>-0       [000] ..s..    60.250000: tcp_receive_reset: family=AF_INET sport=33822 dport=8080 saddr=10.0.186.140 daddr=10.0.171.193 saddrv6=::ffff:10.0.186.140 daddrv6=::ffff:10.0.171.193 sock_cookie=5dd
            nginx-540     [001] .....    61.500000: tcp_send_reset: sport=80 dport=40000 saddr=10.0.0.1 daddr=10.0.0.2 saddrv6=::ffff:10.0.0.1 daddrv6=::ffff:10.0.0.2 state=TCP_ESTABLISHED
CPU:1 [LOST 7 EVENTS]
`

func newTracingHost() *tracingHost {
	h := &tracingHost{Fake: host.NewFake(planner.Facts{}), pipe: resetLines, waiting: make(chan struct{})}
	h.SetDir("/sys/kernel/tracing/instances/ctplan")
	h.SetControl("/proc/uptime", host.Control{Value: "100.00 50.00\n"})
	return h
}

// traceRun runs the command on a host.
func traceRun(t *testing.T, h Host, signals chan os.Signal, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Signals: signals,
		Now:      func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.Local) },
		OpenHost: func(host.LiveOptions) (Host, error) { return h, nil },
	}
	return Run(context.Background(), env, append([]string{"trace"}, args...)), out.String(), errs.String()
}

func TestTraceShowsWhoSentAReset(t *testing.T) {
	code, stdout, stderr := traceRun(t, newTracingHost(), nil)
	if code != ExitOK || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines:\n%s", len(lines), stdout)
	}
	// The machine started 100 s ago; the event was 60.25 s after that.
	for i, want := range [][]string{
		{"08:59:20.250000", "reset sent by the peer", "10.0.171.193:8080 -> 10.0.186.140:33822"},
		{"08:59:21.500000", "reset sent by this host", "10.0.0.1:80 -> 10.0.0.2:40000", "state ESTABLISHED", "nginx (540)"},
		{"7 events of processor 1 were lost"},
	} {
		for _, text := range want {
			if !strings.Contains(lines[i], text) {
				t.Errorf("line %d has no %q: %s", i+1, text, lines[i])
			}
		}
	}
}

func TestTraceAsJSON(t *testing.T) {
	code, stdout, stderr := traceRun(t, newTracingHost(), nil, "-json")
	if code != ExitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	type event struct {
		Type, Event, Task string
		PID               int
		Message           string    `json:"@message"`
		Timestamp         time.Time `json:"@timestamp"`
		Fields            map[string]string
	}
	var got []event
	for line := range strings.Lines(stdout) {
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		got = append(got, e)
	}
	if len(got) != 3 {
		t.Fatalf("%d objects", len(got))
	}
	if e := got[1]; e.Type != "event" || e.Event != "tcp_send_reset" || e.Task != "nginx" || e.PID != 540 || e.Fields["dport"] != "40000" ||
		e.Timestamp.Location() != time.UTC || e.Timestamp.IsZero() {
		t.Errorf("%+v", e)
	}
	if e := got[2]; e.Type != "error" || e.Event != "" || !strings.Contains(e.Message, "lost") {
		t.Errorf("%+v", e)
	}
}

func TestTraceSelectsAndCounts(t *testing.T) {
	_, stdout, _ := traceRun(t, newTracingHost(), nil, "-event=tcp_send_*")
	if strings.Contains(stdout, "by the peer") || !strings.Contains(stdout, "by this host") || !strings.Contains(stdout, "lost") {
		t.Errorf("-event shows\n%s", stdout)
	}
	h := newTracingHost()
	h.wait = true // for ever, if -count did not end it
	code, stdout, _ := traceRun(t, h, nil, "-count=1")
	if code != ExitOK || strings.Count(stdout, "\n") != 1 {
		t.Errorf("-count=1: exit code %d,\n%s", code, stdout)
	}
}

func TestTraceEndsCleanly(t *testing.T) {
	h := newTracingHost()
	h.wait = true
	signals := make(chan os.Signal, 1)
	go func() {
		<-h.waiting
		signals <- syscall.SIGINT
	}()
	if code, _, stderr := traceRun(t, h, signals); code != ExitOK || stderr != "" {
		t.Errorf("after an interrupt: exit code %d, %s", code, stderr)
	}
	h = newTracingHost()
	h.wait = true
	if code, _, stderr := traceRun(t, h, nil, "-duration=20ms"); code != ExitOK || stderr != "" {
		t.Errorf("after -duration: exit code %d, %s", code, stderr)
	}
}

func TestTraceSaysWhyThereIsNothingToFollow(t *testing.T) {
	other := newTracingHost()
	bare := newTracingHost()
	bare.Fake = host.NewFake(planner.Facts{})
	for name, c := range map[string]struct {
		host Host
		args []string
		want string
	}{
		"no instance":     {other, []string{"-instance=other"}, `There is no trace instance "other". Apply a tracepoint block first`},
		"no tracing":      {bare, nil, "this kernel has no tracing"},
		"negative number": {other, []string{"-count=-1"}, "cannot be negative"},
	} {
		if code, _, stderr := traceRun(t, c.host, nil, c.args...); code != ExitError || !strings.Contains(strings.ToLower(unwrapped(stderr)), strings.ToLower(c.want)) {
			t.Errorf("%s: exit code %d, %s", name, code, stderr)
		}
	}
}

// unwrapped is text without the frame and the line ends of a diagnostic.
func unwrapped(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "│", " ")), " ")
}
