package cli

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/state"
)

// interruptedHost sends signals when the host is changed for the nth time.
type interruptedHost struct {
	host.Host
	signals chan<- os.Signal
	at      int // which change, from 1
	number  int // how many signals
	calls   int
}

func (h *interruptedHost) Close() error { return nil }

func (h *interruptedHost) WriteControl(ctx context.Context, path, data string) error {
	h.calls++
	if h.calls == h.at {
		for range h.number {
			h.signals <- syscall.SIGINT
		}
		time.Sleep(50 * time.Millisecond) // until they have been noticed
	}
	return h.Host.WriteControl(ctx, path, data)
}

const interruptedConfig = `
conntrack "host" {
  tcp_timeout_established = 3600
  tcp_timeout_time_wait   = 60
  udp_timeout             = 45
}
`

// testEnv is a run on a fake host.
func testEnv(t *testing.T, h Host) (*Env, *transcript) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "host.ctplan.hcl"), []byte(interruptedConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &transcript{}
	return &Env{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: out,
		Environ: []string{"CTPLAN_STATE_DIR=" + filepath.Join(dir, "state")},
		Dir:     dir, Now: time.Now, Hostname: "test", User: "tester", PID: 1, Root: true,
		OpenHost: func(host.LiveOptions) (Host, error) { return h, nil },
		Build:    Build{Version: "0.1.0"},
	}, out
}

// transcript is what a terminal shows: both streams as they come.
type transcript struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

func TestOneInterruptRollsBack(t *testing.T) {
	for at := 1; at <= 3; at++ {
		fake := host.NewFakeLinux()
		before := maps.Clone(fake.Snapshot())
		signals := make(chan os.Signal, 2)
		env, out := testEnv(t, &interruptedHost{Host: fake, signals: signals, at: at, number: 1})
		env.Signals = signals
		if code := Run(context.Background(), env, []string{"apply", "-auto-approve"}); code != ExitInterrupt {
			t.Fatalf("exit code %d\n%s", code, out)
		}
		if diff := cmp.Diff(before, fake.Snapshot()); diff != "" {
			t.Errorf("interrupted in step %d, the host is not as before (-before +now):\n%s", at, diff)
		}
		for _, want := range []string{"Interrupt received.", "All changes were rolled back"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is missing:\n%s", want, out)
			}
		}
	}
}

func TestTwoInterruptsLeaveTheJournal(t *testing.T) {
	fake := host.NewFakeLinux()
	before := maps.Clone(fake.Snapshot())
	signals := make(chan os.Signal, 2)
	env, out := testEnv(t, &interruptedHost{Host: fake, signals: signals, at: 2, number: 2})
	env.Signals = signals
	if code := Run(context.Background(), env, []string{"apply", "-auto-approve"}); code != ExitInterrupt {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	if !strings.Contains(out.String(), "in the journal") {
		t.Errorf("the journal is not mentioned:\n%s", out)
	}
	journal, err := state.Open(env.getenv("CTPLAN_STATE_DIR")).Journal()
	if err != nil || journal == nil {
		t.Fatalf("journal %v, %v", journal, err)
	}
	journal.Close()
	if code := Run(context.Background(), env, []string{"rollback"}); code != ExitOK {
		t.Fatalf("rollback: exit code %d\n%s", code, out)
	}
	if diff := cmp.Diff(before, fake.Snapshot()); diff != "" {
		t.Errorf("after the rollback (-before +now):\n%s", diff)
	}
}

// blocked never delivers anything, like a terminal in front of which nobody
// sits.
type blocked struct{}

func (blocked) Read([]byte) (int, error) { select {} }

var _ io.Reader = blocked{}

func TestInterruptAtThePromptChangesNothing(t *testing.T) {
	fake := host.NewFakeLinux()
	before := maps.Clone(fake.Snapshot())
	signals := make(chan os.Signal, 1)
	env, out := testEnv(t, &interruptedHost{Host: fake})
	env.Stdin, env.StdinTTY, env.Signals = blocked{}, true, signals
	go func() {
		time.Sleep(100 * time.Millisecond)
		signals <- syscall.SIGINT
	}()
	if code := Run(context.Background(), env, []string{"apply"}); code != ExitInterrupt {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	if diff := cmp.Diff(before, fake.Snapshot()); diff != "" {
		t.Error(diff)
	}
}

// keepingHost keeps a copy of the journal as it is at the last change.
type keepingHost struct {
	host.Host
	journal string // its path
	kept    []byte
}

func (h *keepingHost) Close() error { return nil }

func (h *keepingHost) WriteControl(ctx context.Context, path, data string) error {
	h.kept, _ = os.ReadFile(h.journal)
	return h.Host.WriteControl(ctx, path, data)
}

// A run can be killed after its commit and before its journal is gone. It
// counts as applied, and a rollback undoes it all the same.
func TestRollbackOfARunThatWasCutOffAfterItsCommit(t *testing.T) {
	fake := host.NewFakeLinux()
	before := maps.Clone(fake.Snapshot())
	h := &keepingHost{Host: fake}
	env, out := testEnv(t, h)
	h.journal = filepath.Join(env.getenv("CTPLAN_STATE_DIR"), "journal")
	if code := Run(context.Background(), env, []string{"apply", "-auto-approve"}); code != ExitOK {
		t.Fatalf("apply: exit code %d\n%s", code, out)
	}
	if err := os.WriteFile(h.journal, h.kept, 0o600); err != nil || len(h.kept) == 0 {
		t.Fatalf("journal of %d bytes, %v", len(h.kept), err)
	}
	if code := Run(context.Background(), env, []string{"plan", "-detailed-exitcode"}); code != ExitOK {
		t.Fatalf("plan: exit code %d\n%s", code, out)
	}
	if code := Run(context.Background(), env, []string{"rollback", "-auto-approve"}); code != ExitOK {
		t.Fatalf("rollback: exit code %d\n%s", code, out)
	}
	if diff := cmp.Diff(before, fake.Snapshot()); diff != "" {
		t.Errorf("after the rollback (-before +now):\n%s", diff)
	}
	if _, err := os.Stat(h.journal); !os.IsNotExist(err) {
		t.Errorf("the journal is still there: %v", err)
	}
}

// Output that cannot be written is an error of a command that only reports,
// and must not change what the exit code of an apply says of the host.
func TestLostOutput(t *testing.T) {
	fake := host.NewFakeLinux()
	env, _ := testEnv(t, &interruptedHost{Host: fake})
	env.Stdout = failing{}
	if code := Run(context.Background(), env, []string{"plan"}); code != ExitError {
		t.Errorf("plan: exit code %d", code)
	}
	if code := Run(context.Background(), env, []string{"apply", "-auto-approve"}); code != ExitOK {
		t.Errorf("apply: exit code %d", code)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, syscall.ENOSPC }
