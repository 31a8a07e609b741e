package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/state"
)

var update = flag.Bool("update", false, "write the expected output into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ctplan": ctplanMain})
}

// ctplanMain is the real command, on a host that can be made to fail:
// CTPLAN_TEST_FAULTS says where (see host.ParseFaults).
func ctplanMain() {
	env := NewEnv()
	if spec := os.Getenv("CTPLAN_TEST_FAULTS"); spec != "" {
		faults, err := host.ParseFaults(spec)
		if err != nil {
			panic(err)
		}
		env.OpenHost = func(o host.LiveOptions) (Host, error) {
			live, err := host.NewLive(o)
			if err != nil {
				return nil, err
			}
			return struct {
				*host.Faulty
				closer
			}{host.NewFaulty(live, faults...), live}, nil
		}
	}
	os.Exit(Run(context.Background(), env, os.Args[1:]))
}

type closer interface{ Close() error }

// TestScripts runs testdata/script/*.txtar. Those named host-* get a network
// namespace of their own, in $NETNS, and a root directory, in $ROOT; $FLAGS
// names both, and the state directory.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			s := &script{t: t}
			if strings.HasPrefix(name, "host-") {
				s.netns = hosttest.Netns(t)
				s.start = hosttest.Sysctls(t, s.netns)
			}
			testscript.Run(t, testscript.Params{
				Files:         []string{file},
				Setup:         s.setup,
				UpdateScripts: *update,
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"exits":        s.exits,
					"sysctl":       s.sysctl,
					"unchanged":    s.unchanged,
					"hold-lock":    s.holdLock,
					"release-lock": s.releaseLock,
				},
			})
		})
	}
}

// script is the state of one script.
type script struct {
	t     *testing.T
	netns string
	start map[string]string // every kernel parameter before the script
	lock  *state.Lock
}

func (s *script) setup(env *testscript.Env) error {
	root := filepath.Join(env.WorkDir, "root")
	env.Setenv("NETNS", s.netns)
	env.Setenv("ROOT", root)
	env.Setenv("CTPLAN_STATE_DIR", filepath.Join(env.WorkDir, "state"))
	if s.netns != "" {
		env.Setenv("CTPLAN_CLI_ARGS", fmt.Sprintf("-netns=%s -root=%s", s.netns, root))
	}
	return os.MkdirAll(root, 0o755)
}

// exits runs a command and compares its exit code: exits 2 ctplan drift.
func (s *script) exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode() // -1 after a signal
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// sysctl writes a kernel parameter of the namespace, or compares it:
// sysctl net/netfilter/nf_conntrack_max = 5; sysctl net/... is 5.
func (s *script) sysctl(ts *testscript.TestScript, _ bool, args []string) {
	path := "/proc/sys/" + args[0]
	hosttest.InNetns(s.t, s.netns, func() error {
		if args[1] == "=" {
			return os.WriteFile(path, []byte(args[2]), 0)
		}
		data, err := os.ReadFile(path)
		if got := strings.TrimSpace(string(data)); err == nil && got != args[2] {
			err = fmt.Errorf("%s is %s, not %s", args[0], got, args[2])
		}
		return err
	})
}

// unchanged makes sure that the namespace is byte for byte what it was
// before the script, and that no file of ctplan's is left below the root.
func (s *script) unchanged(ts *testscript.TestScript, _ bool, _ []string) {
	if diff := cmp.Diff(s.start, hosttest.Sysctls(s.t, s.netns)); diff != "" {
		ts.Fatalf("the namespace has changed (-before +now):\n%s", diff)
	}
	ts.Check(filepath.WalkDir(ts.Getenv("ROOT"), func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = fmt.Errorf("%s is left behind", path)
		}
		return err
	}))
}

func (s *script) holdLock(ts *testscript.TestScript, _ bool, _ []string) {
	lock, err := state.Open(ts.Getenv("CTPLAN_STATE_DIR")).Lock(context.Background(), state.Exclusive, 0,
		state.LockInfo{PID: 4711, User: "alice", Host: "elsewhere", Command: "ctplan apply", Since: time.Unix(0, 0).UTC()})
	ts.Check(err)
	s.lock = lock
	ts.Defer(func() { lock.Unlock() })
}

func (s *script) releaseLock(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(s.lock.Unlock())
}
