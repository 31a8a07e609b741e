//go:build linux && amd64

// Command killat runs a program and kills it with SIGKILL at one of the
// points where it touches the machine: between two system calls that could
// leave a trace (a write to a file, a sync, a rename, a removal, a module).
//
//	killat N PROGRAM [ARGUMENT...]
//	killat CALL PROGRAM [ARGUMENT...]
//
// With a number it kills right before the n-th of these calls: run again and
// again with n counting up, it tries every point at which a crash can find
// the machine. With a call ("renameat /etc/hosts") it kills as soon as the
// first such call is done. With 0 it kills nothing and lists all of them.
//
// It exits with 99 if it has killed the program, and otherwise as the program
// does. On standard error it names the call.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	exitKilled = 99
	exitUsage  = 64
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: killat N|CALL PROGRAM [ARGUMENT...]")
		os.Exit(exitUsage)
	}
	status, err := run(parsePoint(os.Args[1]), os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "killat:", err)
		os.Exit(1)
	}
	os.Exit(status)
}

// point says when to kill: before the n-th call, or after the first call of
// that description.
type point struct {
	n    int
	call string
}

func parsePoint(arg string) point {
	n, err := strconv.Atoi(arg)
	if err != nil {
		return point{-1, arg}
	}
	return point{n: n}
}

// reached reports whether the point comes right before the n-th call.
func (p *point) reached(n int, call string) bool {
	if n == p.n {
		return true
	}
	if p.call != "" && call == p.call {
		*p = point{n: n + 1}
	}
	return false
}

// run starts the program and follows all its threads and children.
func run(p point, argv []string) (status int, err error) {
	runtime.LockOSThread() // a traced process belongs to the thread that traces it
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &unix.SysProcAttr{Ptrace: true, Pdeathsig: unix.SIGKILL}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	main := cmd.Process.Pid
	var ws unix.WaitStatus
	if _, err := unix.Wait4(main, &ws, 0, nil); err != nil {
		return 0, fmt.Errorf("wait for %s: %w", argv[0], err)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_EXITKILL |
		unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK
	if err := unix.PtraceSetOptions(main, options); err != nil {
		return 0, fmt.Errorf("trace %s: %w", argv[0], err)
	}

	tracer := tracer{inCall: map[int]bool{main: false}}
	thread, signal := main, 0
	for {
		// A thread that another one's exit ends is gone before it is told to go on.
		if err := unix.PtraceSyscall(thread, signal); err != nil && !errors.Is(err, unix.ESRCH) {
			return 0, fmt.Errorf("continue: %w", err)
		}
		if thread, err = unix.Wait4(-1, &ws, unix.WALL, nil); err != nil {
			return 0, fmt.Errorf("wait: %w", err)
		}
		switch {
		case ws.Exited() && thread == main:
			return ws.ExitStatus(), nil
		case ws.Signaled() && thread == main:
			return 128 + int(ws.Signal()), nil
		}
		var call string
		if call, signal, err = tracer.stopped(thread, ws); err != nil {
			return 0, err
		}
		if call == "" {
			continue
		}
		tracer.calls++
		if p.n == 0 {
			fmt.Fprintf(os.Stderr, "killat: call %d, %s\n", tracer.calls, call)
		}
		if p.reached(tracer.calls, call) {
			fmt.Fprintf(os.Stderr, "killat: killed before call %d, %s\n", tracer.calls, call)
			return exitKilled, unix.Kill(main, unix.SIGKILL) // and PTRACE_O_EXITKILL its children
		}
	}
}

// tracer knows which threads there are, and which of them are inside a
// system call.
type tracer struct {
	inCall map[int]bool
	calls  int
}

// stopped says what a stop of a thread means: the system call that it is about
// to make, if that counts, and the signal to go on with.
func (t *tracer) stopped(thread int, ws unix.WaitStatus) (call string, signal int, err error) {
	_, known := t.inCall[thread]
	switch {
	case !ws.Stopped():
		delete(t.inCall, thread)
		return "", 0, nil
	case ws.StopSignal() == unix.SIGTRAP|0x80:
		t.inCall[thread] = !t.inCall[thread]
		if !t.inCall[thread] {
			return "", 0, nil
		}
		call, err = lastingCall(thread)
		return call, 0, err
	case ws.StopSignal() == unix.SIGTRAP && ws.TrapCause() > 0: // a new thread or child
		return "", 0, nil
	case !known: // the new one's own first stop
		t.inCall[thread] = false
		return "", 0, nil
	}
	return "", int(ws.StopSignal()), nil
}
