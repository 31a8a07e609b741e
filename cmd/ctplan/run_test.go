package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/cmd/cli"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
)

// runVariable makes the test binary behave as ctplan; faultsVariable then
// injects faults (see host.ParseFaults), and callsVariable names a file for
// the number of mutating calls. The real program knows none of them.
const (
	runVariable    = "CTPLAN_TEST_RUN"
	faultsVariable = "CTPLAN_TEST_FAULTS"
	callsVariable  = "CTPLAN_TEST_CALLS"
)

func TestMain(m *testing.M) {
	if os.Getenv(runVariable) == "" {
		os.Exit(m.Run())
	}
	env := cli.NewEnv()
	if spec := os.Getenv(faultsVariable); spec != "" {
		faults, err := host.ParseFaults(spec)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(99)
		}
		open := env.OpenHost
		env.OpenHost = func(o host.LiveOptions) (cli.Host, error) {
			h, err := open(o)
			if err != nil {
				return nil, err
			}
			return faultyHost{host.NewFaulty(h, faults...), h}, nil
		}
	}
	os.Exit(cli.Run(context.Background(), env, os.Args[1:]))
}

// faultyHost closes the live host behind the faults.
type faultyHost struct {
	*host.Faulty
	live cli.Host
}

func (h faultyHost) Close() error {
	err := h.live.Close()
	if file := os.Getenv(callsVariable); file != "" {
		err = errors.Join(err, os.WriteFile(file, []byte(strconv.Itoa(h.Calls())), 0o600))
	}
	return err
}

// calls runs ctplan and counts its mutating calls. Programs count as such,
// also those that only look.
func (s *site) calls(args ...string) int {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "calls")
	cmd := s.command(args...)
	cmd.Env = append(cmd.Env, faultsVariable+"=kill-before:1000000", callsVariable+"="+file)
	if r := finish(s.t, cmd); r.code != 0 {
		s.t.Fatal(r)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	n, err := strconv.Atoi(string(data))
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// site is a network namespace with a root directory, a state directory and
// a configuration of its own.
type site struct {
	t                        testing.TB
	netns, root, state, conf string
	env                      []string
}

func newSite(t testing.TB, config string) *site {
	t.Helper()
	hosttest.RequireRoot(t)
	dir := t.TempDir()
	s := &site{
		t: t, netns: hosttest.Netns(t),
		root: filepath.Join(dir, "root"), state: filepath.Join(dir, "state"), conf: filepath.Join(dir, "conf"),
	}
	for _, d := range []string{s.root + "/etc/sysctl.d", s.conf} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.configure(config)
	return s
}

func (s *site) configure(config string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.conf, "main.ctplan.hcl"), []byte(config), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// result is how a run of ctplan ended. code is -1 for a death by signal.
type result struct {
	code           int
	stdout, stderr string
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d\nstdout:\n%s\nstderr:\n%s", r.code, r.stdout, r.stderr)
}

// command prepares a run of ctplan on the site.
func (s *site) command(args ...string) *exec.Cmd {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	where := []string{"-root", s.root, "-state-dir", s.state, "-chdir", s.conf}
	if s.netns != "" {
		where = append(where, "-netns", s.netns)
	}
	cmd := exec.Command(self, append(where, args...)...)
	cmd.Env = append(os.Environ(), runVariable+"=1")
	cmd.Env = append(cmd.Env, s.env...)
	return cmd
}

func (s *site) run(args ...string) result {
	s.t.Helper()
	return finish(s.t, s.command(args...))
}

// runWith injects faults into one run.
func (s *site) runWith(faults string, args ...string) result {
	s.t.Helper()
	cmd := s.command(args...)
	cmd.Env = append(cmd.Env, faultsVariable+"="+faults)
	return finish(s.t, cmd)
}

func finish(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// must runs ctplan and expects an exit code.
func (s *site) must(code int, args ...string) result {
	s.t.Helper()
	r := s.run(args...)
	if r.code != code {
		s.t.Fatalf("ctplan %s: want exit code %d, got %s", strings.Join(args, " "), code, r)
	}
	return r
}

// snapshot is everything that ctplan can change on the site: the
// namespace's net.netfilter parameters and the files below the root.
func (s *site) snapshot() map[string]string {
	s.t.Helper()
	all := hosttest.Sysctls(s.t, s.netns)
	err := filepath.WalkDir(s.root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all[strings.TrimPrefix(path, s.root)] = info.Mode().String() + "\n" + string(data)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// same fails the test when the site is not as in an earlier snapshot.
func (s *site) same(before map[string]string, when string) {
	s.t.Helper()
	if diff := cmp.Diff(before, s.snapshot()); diff != "" {
		s.t.Fatalf("%s, the host is not as it was:\n%s", when, diff)
	}
}
