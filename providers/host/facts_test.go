package host_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
)

func TestFactsOfThisMachine(t *testing.T) {
	root := t.TempDir()
	f, err := newLive(t, host.LiveOptions{Root: root}).Facts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	hostname, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	release := readTrimmed(t, "/proc/sys/kernel/osrelease")
	boot := readTrimmed(t, "/proc/sys/kernel/random/boot_id")
	if f.Hostname != hostname || f.Kernel != release || f.BootID != boot || f.Root != root || f.UID != os.Geteuid() {
		t.Errorf("got %+v", f)
	}
	if f.CPUs < 1 || f.Memory < 1<<20 || f.PageSize < 4096 || f.NetnsInode == 0 || f.Arch == "" {
		t.Errorf("got %+v", f)
	}
	if !f.Boots() {
		t.Error("a host with another root does not boot")
	}
}

func readTrimmed(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(data))
}

func TestFactsOfAnotherNetns(t *testing.T) {
	name := hosttest.Netns(t)
	inside, err := newLive(t, host.LiveOptions{Netns: name}).Facts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	outside, err := newLive(t, host.LiveOptions{}).Facts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if inside.NetnsInode == outside.NetnsInode || inside.NetnsName != name || inside.Root != "/" {
		t.Errorf("inside %+v, outside %+v", inside, outside)
	}
	if inside.InitNetns {
		t.Error("a new namespace is taken for the initial one")
	}
	if inside.Boots() {
		t.Error("a new namespace is taken for one that boots")
	}
	if one, err := os.Stat("/proc/1/ns/net"); err == nil {
		self, err := os.Stat("/proc/self/ns/net")
		if err != nil {
			t.Fatal(err)
		}
		if !os.SameFile(one, self) && outside.InitNetns {
			t.Error("the namespace of the test is not that of process 1, but is taken for the initial one")
		}
	}
}

func TestFactsAreCheap(t *testing.T) {
	h := newLive(t, host.LiveOptions{})
	const rounds = 20
	best := time.Hour
	for range rounds {
		start := time.Now()
		if _, err := h.Facts(ctx); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	if best > time.Millisecond {
		t.Errorf("took %s at best, want less than 1 ms", best)
	}
}

func BenchmarkFacts(b *testing.B) {
	h := newLive(b, host.LiveOptions{})
	for b.Loop() {
		if _, err := h.Facts(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadParameterInNetns(b *testing.B) {
	h := newLive(b, host.LiveOptions{Netns: hosttest.Netns(b)})
	for b.Loop() {
		if _, err := h.ReadFile(ctx, "/proc/sys/net/core/somaxconn"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadParameter(b *testing.B) {
	h := newLive(b, host.LiveOptions{})
	for b.Loop() {
		if _, err := h.ReadFile(ctx, "/proc/sys/net/core/somaxconn"); err != nil {
			b.Fatal(err)
		}
	}
}
