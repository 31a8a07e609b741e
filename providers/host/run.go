package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// MaxOutput is how much a program may write to standard output, and as much
// to standard error: iptables-save of a hundred thousand rules takes 10 MiB.
const MaxOutput = 64 << 20

// ErrTooMuchOutput says that a program was ended because it wrote more than
// MaxOutput bytes.
var ErrTooMuchOutput = fmt.Errorf("it wrote more than %d MiB", MaxOutput>>20)

// killDelay is how long a killed program's output pipes may stay open,
// should a process outside its group still have them.
const killDelay = 2 * time.Second

// Run implements Host. The program runs in the host's network namespace, in
// "/", and in a process group of its own, so that Ctrl-C in a terminal does
// not reach it and its end takes its children along. Programs are looked for
// on this machine, not under Root. One that a signal ended has 128 + the
// signal's number as exit code, as in a shell.
func (l *Live) Run(ctx context.Context, c Command) (Result, error) {
	if len(c.Argv) == 0 {
		return Result{}, fmt.Errorf("run a program: %w: no name is given", fs.ErrInvalid)
	}
	path, err := lookPath(c.Argv[0])
	if err != nil {
		return Result{}, err
	}
	fail := func(err error) (Result, error) { return Result{}, fmt.Errorf("run %s: %w", path, err) }
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.Timeout,
			fmt.Errorf("it did not end within %s: %w", c.Timeout, context.DeadlineExceeded))
		defer cancel()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	out, errOut := capture{stop: stop}, capture{stop: stop}
	cmd := command(ctx, path, c, &out, &errOut)

	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	// The new process inherits the namespace of the thread that starts it.
	l.where.do(func() { err = cmd.Start() })
	if err != nil {
		return fail(bare(err))
	}
	err = cmd.Wait()
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return fail(cause)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fail(err)
	}
	return Result{Stdout: out.buf.Bytes(), Stderr: errOut.buf.Bytes(), ExitCode: exitCode(cmd.ProcessState)}, nil
}

func command(ctx context.Context, path string, c Command, out, errOut *capture) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, c.Argv[1:]...)
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=" + SafePath, "LC_ALL=C"}, c.Env...)
	cmd.Stdin = bytes.NewReader(c.Stdin)
	cmd.Stdout, cmd.Stderr = out, errOut
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = killDelay
	return cmd
}

func exitCode(s *os.ProcessState) int {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return s.ExitCode()
}

// lookPath finds a program in SafePath.
func lookPath(name string) (string, error) {
	if filepath.IsAbs(name) {
		return name, nil
	}
	if name == "" || strings.ContainsRune(name, '/') {
		return "", fmt.Errorf("run %q: %w: neither a program's name nor an absolute path", name, fs.ErrInvalid)
	}
	for dir := range strings.SplitSeq(SafePath, ":") {
		path := filepath.Join(dir, name)
		if fi, err := os.Stat(path); err == nil && fi.Mode().IsRegular() && fi.Mode().Perm()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("run %s: %w: no such program in %s", name, fs.ErrNotExist, SafePath)
}

// capture keeps what a program writes, up to MaxOutput. The buffer is not
// embedded: its ReadFrom would go around the limit.
type capture struct {
	buf  bytes.Buffer
	stop context.CancelCauseFunc
}

func (c *capture) Write(p []byte) (int, error) {
	if c.buf.Len()+len(p) > MaxOutput {
		c.stop(ErrTooMuchOutput)
		return 0, ErrTooMuchOutput
	}
	return c.buf.Write(p)
}
