package hosttest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

const netnsDir = "/run/netns"

var netnsCount atomic.Int64

// Netns makes a network namespace for the test, as `ip netns add` does, and
// returns its name. It is removed when the test ends. Needs root.
func Netns(t testing.TB) string {
	t.Helper()
	RequireRoot(t)
	name := fmt.Sprintf("ctplan-test-%d-%d", os.Getpid(), netnsCount.Add(1))
	path := filepath.Join(netnsDir, name)
	if err := os.MkdirAll(netnsDir, 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE|os.O_EXCL, 0)
	if err != nil {
		t.Fatal(err)
	}
	file.Close()
	t.Cleanup(func() {
		if err := errors.Join(ignore(unix.Unmount(path, unix.MNT_DETACH), unix.EINVAL), os.Remove(path)); err != nil {
			t.Errorf("remove network namespace %s: %v", name, err)
		}
	})
	err = onNewThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		return unix.Mount(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()), path, "", unix.MS_BIND, "")
	})
	Require(t, fmt.Sprintf("to make network namespaces (%v)", err), err == nil)
	return name
}

func ignore(err, harmless error) error {
	if errors.Is(err, harmless) {
		return nil
	}
	return err
}

// InNetns runs f in a network namespace, on a thread of its own. f must not
// end the test itself (t.Fatal): that only works on the test's goroutine.
func InNetns(t testing.TB, name string, f func() error) {
	t.Helper()
	file, err := os.Open(filepath.Join(netnsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	err = onNewThread(func() error {
		if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
			return err
		}
		return f()
	})
	if err != nil {
		t.Fatalf("in network namespace %s: %v", name, err)
	}
}

// onNewThread runs f on an operating system thread that nothing else uses
// before or after.
func onNewThread(f func() error) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		result <- f()
	}()
	return <-result
}

// Sysctls returns every readable kernel parameter of a network namespace
// under the given directories of /proc/sys/net ("netfilter" if there are
// none), by its path below /proc/sys, with the exact text that the kernel
// prints. Counters, which change by themselves, are left out.
func Sysctls(t testing.TB, netns string, dirs ...string) map[string]string {
	t.Helper()
	if len(dirs) == 0 {
		dirs = []string{"netfilter"}
	}
	all := map[string]string{}
	InNetns(t, netns, func() error {
		for _, dir := range dirs {
			values, err := readTree("/proc/sys/net/" + dir)
			if err != nil {
				return err
			}
			maps.Copy(all, values)
		}
		return nil
	})
	return all
}

func readTree(dir string) (map[string]string, error) {
	values := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "nf_conntrack_count" {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
			return nil // write-only, or gone with its module
		}
		values[strings.TrimPrefix(path, "/proc/sys/")] = string(data)
		return err
	})
	return values, err
}
