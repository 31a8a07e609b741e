package vm

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// step is a program that takes part in making a guest.
type step struct {
	ctx context.Context
	cmd *exec.Cmd
}

// command prepares a program without input that ends with ctx.
func command(ctx context.Context, name string, args ...string) step {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	return step{ctx, cmd}
}

// env adds to the environment.
func (s step) env(entries ...string) step {
	s.cmd.Env = append(s.cmd.Env, entries...)
	return s
}

// dir sets the working directory.
func (s step) dir(path string) step {
	s.cmd.Dir = path
	return s
}

// privateMounts keeps what the program mounts to itself: whatever becomes of
// it, nothing stays mounted.
func (s step) privateMounts() step {
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	return s
}

// run returns what the program wrote to standard output. The error of one
// that failed carries the end of what it said.
func (s step) run() (string, error) {
	var stdout, stderr bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &stdout, &stderr
	if err := s.cmd.Run(); err != nil {
		if cause := context.Cause(s.ctx); cause != nil {
			err = cause
		}
		said := tail(stdout.String()+stderr.String(), 20)
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(s.cmd.Args, " "), err, said)
	}
	return stdout.String(), nil
}

// tail returns the last lines of a text.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
