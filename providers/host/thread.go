package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// netnsDir is where ip-netns(8) keeps the namespaces that have a name.
const netnsDir = "/run/netns"

// thread runs functions one after the other where the network namespace is
// the wanted one.
type thread interface {
	do(func())
	close() error
}

// anyThread is the namespace that the process was started in.
type anyThread struct{}

func (anyThread) do(f func())  { runtime.LockOSThread(); defer runtime.UnlockOSThread(); f() }
func (anyThread) close() error { return nil }

// netnsThread is an operating system thread that has entered a namespace for
// good. Namespaces belong to threads, and the Go runtime moves goroutines
// between threads, so that one is set apart; it dies with its goroutine.
type netnsThread struct {
	work chan func()
	done chan struct{}
}

// enterNetns starts a thread in a network namespace, given by name or path.
func enterNetns(name string) (*netnsThread, error) {
	path := name
	if !strings.ContainsRune(name, '/') {
		path = filepath.Join(netnsDir, name)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, netnsError(name, err)
	}
	defer file.Close()

	t := &netnsThread{work: make(chan func()), done: make(chan struct{})}
	entered := make(chan error)
	go func() {
		defer close(t.done)
		runtime.LockOSThread() // never unlocked: the thread must not be used again
		err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
		entered <- err
		if err != nil {
			return
		}
		for f := range t.work {
			f()
		}
	}()
	if err := <-entered; err != nil {
		return nil, netnsError(name, err)
	}
	return t, nil
}

func (t *netnsThread) do(f func()) {
	finished := make(chan struct{})
	t.work <- func() {
		defer close(finished)
		f()
	}
	<-finished
}

func (t *netnsThread) close() error {
	close(t.work)
	<-t.done
	return nil
}

// netnsError says why a namespace could not be entered, and what there is.
func netnsError(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("network namespace %q does not exist (%s): %w", name, existingNetns(), fs.ErrNotExist)
	case errors.Is(err, unix.EINVAL):
		return fmt.Errorf("%q is not a network namespace (%s): %w", name, existingNetns(), err)
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("enter network namespace %q: %w (this takes root, or CAP_SYS_ADMIN)", name, err)
	}
	return fmt.Errorf("enter network namespace %q: %w", name, err)
}

func existingNetns() string {
	entries, err := os.ReadDir(netnsDir)
	if err != nil || len(entries) == 0 {
		return "there are no named ones; make one with ip netns add"
	}
	const most = 10
	var names []string
	for _, e := range entries[:min(most, len(entries))] {
		names = append(names, fmt.Sprintf("%q", e.Name()))
	}
	if more := len(entries) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return "there are " + strings.Join(names, ", ")
}
