package host

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults. A call that "fails" returns an error; one at which the
// process is "killed" does not return.
const (
	// Fail returns the error and changes nothing.
	Fail FaultKind = "fail"
	// FailAfter makes the change and returns the error all the same.
	FailAfter  FaultKind = "fail-after"
	KillBefore FaultKind = "kill-before"
	// KillDuring leaves what a process leaves that is killed within the call:
	// a file's temporary copy, or the effect of a program that got half of
	// its standard input. A single write(2) and a removal have no middle:
	// there it is KillAfter.
	KillDuring FaultKind = "kill-during"
	KillAfter  FaultKind = "kill-after"
)

// Fault is one thing to go wrong.
type Fault struct {
	Kind FaultKind
	// Call counts mutating calls from 1.
	Call int
	// Err is what a failing call returns.
	Err syscall.Errno
}

// ParseFaults reads a list of faults, separated by commas: "fail:3:EIO",
// "fail-after:3:ENOSPC", "kill-before:2", "kill-during:2", "kill-after:2".
func ParseFaults(spec string) ([]Fault, error) {
	var faults []Fault
	for one := range strings.SplitSeq(spec, ",") {
		f, err := parseFault(one)
		if err != nil {
			return nil, fmt.Errorf("fault %q: %w", one, err)
		}
		faults = append(faults, f)
	}
	return faults, nil
}

func parseFault(spec string) (Fault, error) {
	parts := strings.Split(spec, ":")
	f := Fault{Kind: FaultKind(parts[0])}
	want := 2
	switch f.Kind {
	case Fail, FailAfter:
		want = 3
	case KillBefore, KillDuring, KillAfter:
	default:
		return f, fmt.Errorf("unknown kind %q", parts[0])
	}
	if len(parts) != want {
		return f, fmt.Errorf("want %d parts, separated by colons", want)
	}
	var err error
	if f.Call, err = strconv.Atoi(parts[1]); err != nil || f.Call < 1 {
		return f, fmt.Errorf("%q is not the number of a call, from 1", parts[1])
	}
	if want == 3 {
		if f.Err = errno(parts[2]); f.Err == 0 {
			return f, fmt.Errorf("%q is not the name of an error, as EIO", parts[2])
		}
	}
	return f, nil
}

// errno finds an error by its name in errno.h, or returns 0.
func errno(name string) syscall.Errno {
	const last = 133 // EHWPOISON
	for e := syscall.Errno(1); e <= last; e++ {
		if name != "" && unix.ErrnoName(e) == name {
			return e
		}
	}
	return 0
}

// ErrKilled is what a Faulty host answers once the process counts as killed,
// and what InProcess panics with.
var ErrKilled = errors.New("killed by fault injection")

// Faulty is another host on which chosen calls go wrong. Only calls that
// change something count: WriteFile, Remove, WriteControl, Run, and Flows
// where it deletes.
type Faulty struct {
	Host
	// Kill ends the process. It is SIGKILL unless set, for tests within one
	// process, to InProcess. Whatever the deferred functions of such a test
	// still try, the host does not do it any more.
	Kill func()

	mu     sync.Mutex
	faults []Fault
	calls  int
	killed bool
}

// NewFaulty makes calls on a host go wrong.
func NewFaulty(h Host, faults ...Fault) *Faulty {
	return &Faulty{Host: h, Kill: killSelf, faults: faults}
}

func killSelf() {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {} // until the signal arrives
}

// InProcess stands for the death of the process in a test that recovers from
// the panic with ErrKilled.
func InProcess() { panic(ErrKilled) }

// Calls is how many mutating calls there have been.
func (h *Faulty) Calls() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls
}

// mutate carries out a mutating call, or what is left of it. Partly leaves
// what a kill in its middle leaves, and is nil if there is no middle.
func (h *Faulty) mutate(what string, call, partly func() error) error {
	fault, err := h.next()
	if err != nil {
		return err
	}
	fail := func() error { return fmt.Errorf("%s: injected fault: %w", what, fault.Err) }
	switch fault.Kind {
	case Fail:
		return fail()
	case FailAfter:
		if err := call(); err != nil {
			return err
		}
		return fail()
	case KillBefore:
	case KillDuring:
		if partly == nil {
			partly = call
		}
		err = partly()
	case KillAfter:
		err = call()
	default:
		return call()
	}
	h.mu.Lock()
	h.killed = true
	h.mu.Unlock()
	h.Kill()
	return errors.Join(ErrKilled, err)
}

// next counts a call and returns what is to go wrong with it, if anything.
func (h *Faulty) next() (Fault, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.killed {
		return Fault{}, ErrKilled
	}
	h.calls++
	for _, f := range h.faults {
		if f.Call == h.calls {
			return f, nil
		}
	}
	return Fault{}, nil
}

// WriteFile implements Host.
func (h *Faulty) WriteFile(ctx context.Context, path string, f File) error {
	return h.mutate("write "+path,
		func() error { return h.Host.WriteFile(ctx, path, f) },
		func() error {
			temp := filepath.Join(filepath.Dir(path), tempPrefix+strings.Repeat("A", tempRandom))
			return h.Host.WriteFile(ctx, temp, File{Data: f.Data[:len(f.Data)/2], Mode: 0o600, UID: f.UID, GID: f.GID})
		})
}

// Remove implements Host.
func (h *Faulty) Remove(ctx context.Context, path string) error {
	return h.mutate("remove "+path, func() error { return h.Host.Remove(ctx, path) }, nil)
}

// WriteControl implements Host. An injected failure is a *ControlError of
// the write.
func (h *Faulty) WriteControl(ctx context.Context, path, data string) error {
	err := h.mutate("", func() error { return h.Host.WriteControl(ctx, path, data) }, nil)
	var control *ControlError
	var number syscall.Errno
	if !errors.As(err, &control) && errors.As(err, &number) {
		return &ControlError{Op: "write", Path: path, Data: data, Err: number}
	}
	return err
}

// Run implements Host.
func (h *Faulty) Run(ctx context.Context, c Command) (Result, error) {
	var res Result
	run := func(c Command) func() error {
		return func() (err error) {
			res, err = h.Host.Run(ctx, c)
			return err
		}
	}
	half := c
	half.Stdin = c.Stdin[:len(c.Stdin)/2]
	if err := h.mutate("run "+strings.Join(c.Argv, " "), run(c), run(half)); err != nil {
		return Result{}, err
	}
	return res, nil
}
