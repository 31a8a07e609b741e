package host_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
)

var ctx = context.Background()

func newLive(t testing.TB, o host.LiveOptions) *host.Live {
	t.Helper()
	h, err := host.NewLive(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// newInside opens a network namespace. Should that not work, the test ends
// here, before it changes the machine's own.
func newInside(t testing.TB, netns string) *host.Live {
	t.Helper()
	inside := newLive(t, host.LiveOptions{Netns: netns})
	a, errA := inside.Facts(ctx)
	b, errB := newLive(t, host.LiveOptions{}).Facts(ctx)
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if a.NetnsInode == b.NetnsInode {
		t.Fatalf("network namespace %s was not entered", netns)
	}
	return inside
}

func value(t testing.TB, h host.Host, key string) string {
	t.Helper()
	f, err := h.ReadFile(ctx, "/proc/sys/"+key)
	if err != nil {
		t.Fatal(err)
	}
	return string(f.Data)
}

const somaxconn = "net/core/somaxconn"

func TestNetnsIsWhereParametersAreWritten(t *testing.T) {
	name := hosttest.Netns(t)
	inside, outside := newInside(t, name), newLive(t, host.LiveOptions{})
	before := value(t, outside, somaxconn)

	if err := inside.WriteControl(ctx, "/proc/sys/"+somaxconn, "1234"); err != nil {
		t.Fatal(err)
	}
	if got := value(t, inside, somaxconn); got != "1234" {
		t.Errorf("inside: %q after writing 1234", got)
	}
	if got := value(t, outside, somaxconn); got != before {
		t.Errorf("outside: %q, was %q", got, before)
	}
	got := hosttest.Sysctls(t, name, "core")[somaxconn]
	if got != "1234\n" {
		t.Errorf("the kernel has %q in the namespace", got)
	}
}

// addLinks makes a pair of interfaces in a namespace.
func addLinks(t *testing.T, inside host.Host, name, peer string) {
	t.Helper()
	res, err := inside.Run(ctx, host.Command{Argv: []string{"ip", "link", "add", name, "type", "veth", "peer", "name", peer}})
	hosttest.Require(t, "iproute2 and veth devices", err == nil && res.ExitCode == 0)
}

func TestNetnsIsThatOfProcNetAndOfPrograms(t *testing.T) {
	inside, outside := newInside(t, hosttest.Netns(t)), newLive(t, host.LiveOptions{})
	addLinks(t, inside, "ctp-inside", "ctp-peer")
	for where, h := range map[string]host.Host{"inside": inside, "outside": outside} {
		want := where == "inside"
		dev, err := h.ReadFile(ctx, "/proc/net/dev")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(dev.Data), "ctp-inside") != want {
			t.Errorf("%s: /proc/net/dev is that of another namespace:\n%s", where, dev.Data)
		}
		res, err := h.Run(ctx, host.Command{Argv: []string{"cat", "/proc/net/dev"}})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(res.Stdout), "ctp-inside") != want {
			t.Errorf("%s: a program is in another namespace:\n%s", where, res.Stdout)
		}
		if _, err := h.ReadDir(ctx, "/proc/net"); err != nil {
			t.Error(err)
		}
	}
}

func TestNetnsServesManyGoroutines(t *testing.T) {
	inside := newInside(t, hosttest.Netns(t))
	if err := inside.WriteControl(ctx, "/proc/sys/"+somaxconn, "4321"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 50 {
				f, err := inside.ReadFile(ctx, "/proc/sys/"+somaxconn)
				if err != nil || string(f.Data) != "4321" {
					t.Errorf("read %q, %v", f.Data, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestNetnsCanBeGivenByPath(t *testing.T) {
	name := hosttest.Netns(t)
	byName, byPath := newLive(t, host.LiveOptions{Netns: name}), newLive(t, host.LiveOptions{Netns: "/run/netns/" + name})
	a, errA := byName.Facts(ctx)
	b, errB := byPath.Facts(ctx)
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if a.NetnsInode != b.NetnsInode {
		t.Errorf("by name inode %d, by path %d", a.NetnsInode, b.NetnsInode)
	}
}

func TestMissingNetnsIsAnErrorThatListsWhatThereIs(t *testing.T) {
	name := hosttest.Netns(t)
	_, err := host.NewLive(host.LiveOptions{Netns: "no-such-namespace"})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v, want an error that wraps fs.ErrNotExist", err)
	}
	for _, want := range []string{"no-such-namespace", name} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
}

func TestAFileThatIsNoNamespaceIsAnError(t *testing.T) {
	hosttest.RequireRoot(t)
	_, err := host.NewLive(host.LiveOptions{Netns: "/proc/self/ns/uts"})
	if err == nil || !strings.Contains(err.Error(), "not a network namespace") {
		t.Errorf("got %v", err)
	}
}

func TestReadOnlyParameterFailsAtOpen(t *testing.T) {
	inside := newInside(t, hosttest.Netns(t))
	path := "/proc/sys/net/netfilter/nf_conntrack_max"
	f, err := inside.ReadFile(ctx, path)
	hosttest.Require(t, "conntrack in the kernel", err == nil)
	if f.Mode != 0o444 {
		t.Errorf("mode %04o, want 0444", f.Mode)
	}
	wantControl(t, inside.WriteControl(ctx, path, string(f.Data)), "open", syscall.EACCES)
}

func TestKernelAnswersToWritesKeepErrnoAndStep(t *testing.T) {
	inside := newInside(t, hosttest.Netns(t))
	for name, c := range map[string]struct {
		path, data, op string
		errno          syscall.Errno
	}{
		"refused value":             {"/proc/sys/net/ipv4/conf/all/rp_filter", "no number", "write", syscall.EINVAL},
		"missing parameter":         {"/proc/sys/net/core/no_such_parameter", "1", "open", syscall.ENOENT},
		"missing directory":         {"/proc/sys/net/ipv4/conf/eth9.100/rp_filter", "1", "open", syscall.ENOENT},
		"directory":                 {"/proc/sys/net/ipv4/conf", "1", "open", syscall.EISDIR},
		"missing file elsewhere":    {"/proc/no/such", "1", "open", syscall.ENOENT},
		"read-only file in sysfs":   {"/sys/kernel/no_such_file", "1", "open", syscall.ENOENT},
		"refused value outside sys": {"/proc/self/oom_score_adj", "no number", "write", syscall.EINVAL},
	} {
		t.Run(name, func(t *testing.T) {
			wantControl(t, inside.WriteControl(ctx, c.path, c.data), c.op, c.errno)
		})
	}
}

func wantControl(t *testing.T, err error, op string, errno syscall.Errno) {
	t.Helper()
	var control *host.ControlError
	if !errors.As(err, &control) || control.Op != op || !errors.Is(err, errno) {
		t.Errorf("got %v (%T), want a ControlError at %s with %v", err, err, op, errno)
	}
}

func TestInterfaceNamesMayHoldDots(t *testing.T) {
	inside := newInside(t, hosttest.Netns(t))
	addLinks(t, inside, "veth0.100", "peer")
	path := "/proc/sys/net/ipv4/conf/veth0.100/rp_filter"
	if err := inside.WriteControl(ctx, path, "2"); err != nil {
		t.Fatal(err)
	}
	if f, err := inside.ReadFile(ctx, path); err != nil || string(f.Data) != "2" {
		t.Errorf("read %q, %v; want 2", f.Data, err)
	}
}

func TestReadErrorsAreTyped(t *testing.T) {
	h := newLive(t, host.LiveOptions{Root: t.TempDir()})
	for _, path := range []string{
		"/proc/sys/net/core/no_such_parameter", "/proc/sys/no/such/directory", "/proc/no_such_file",
		"/sys/no_such_file", "/etc/no_such_file",
	} {
		if _, err := h.ReadFile(ctx, path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want fs.ErrNotExist", path, err)
		}
		if _, err := h.ReadDir(ctx, path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("directory %s: %v, want fs.ErrNotExist", path, err)
		}
	}
	for _, path := range []string{"etc/hosts", "", "/etc/\x00"} {
		if _, err := h.ReadFile(ctx, path); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: %v, want fs.ErrInvalid", path, err)
		}
	}
}

func TestCancelledContextStopsEveryCall(t *testing.T) {
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	dir := t.TempDir()
	for name, h := range map[string]host.Host{
		"live": newLive(t, host.LiveOptions{Root: dir}),
		"fake": host.NewFakeLinux(),
	} {
		_, facts := h.Facts(cancelled)
		_, read := h.ReadFile(cancelled, "/proc/version")
		_, list := h.ReadDir(cancelled, "/")
		_, run := h.Run(cancelled, host.Command{Argv: []string{"true"}})
		for call, err := range map[string]error{
			"Facts": facts, "ReadFile": read, "ReadDir": list, "Run": run,
			"WriteFile":    h.WriteFile(cancelled, "/file", host.File{}),
			"Remove":       h.Remove(cancelled, "/file"),
			"WriteControl": h.WriteControl(cancelled, "/proc/sys/net/core/somaxconn", "1"),
		} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %s: %v, want context.Canceled", name, call, err)
			}
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("the directory holds %v, %v", entries, err)
	}
}

func TestKernelFilesAndRegularFilesAreNotConfused(t *testing.T) {
	h := newLive(t, host.LiveOptions{Root: t.TempDir()})
	if err := h.WriteFile(ctx, "/proc/sys/net/core/somaxconn", host.File{Data: []byte("1")}); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("WriteFile below /proc: %v", err)
	}
	if err := h.Remove(ctx, "/sys/kernel"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Remove below /sys: %v", err)
	}
	if err := h.WriteControl(ctx, "/etc/hosts", "x"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("WriteControl on a regular file: %v", err)
	}
	if err := h.WriteControl(ctx, "/proc/../etc/hosts", "x"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("WriteControl through dots: %v", err)
	}
}
