package host_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
)

var (
	_ host.Host = (*host.Live)(nil)
	_ host.Host = (*host.Fake)(nil)
	_ host.Host = (*host.Faulty)(nil)
)

func TestFakeKernelAnswersAsLinuxDoes(t *testing.T) {
	const dir = "/proc/sys/net/netfilter/"
	for name, c := range map[string]struct {
		path, write, want string
		op                string
		errno             syscall.Errno
	}{
		"number":                {path: dir + "nf_conntrack_max", write: "1048576", want: "1048576"},
		"number in hex":         {path: dir + "nf_conntrack_max", write: " 0x10\n", want: "16"},
		"number in octal":       {path: dir + "nf_conntrack_acct", write: "01", want: "1"},
		"first of two numbers":  {path: dir + "nf_conntrack_acct", write: "1 2", want: "1"},
		"negative timeout":      {path: dir + "nf_conntrack_udp_timeout", write: "-1", want: "-1"},
		"buckets rounded up":    {path: dir + "nf_conntrack_buckets", write: "5000", want: "5120"},
		"port range":            {path: "/proc/sys/net/ipv4/ip_local_port_range", write: "1024 65000", want: "1024\t65000"},
		"text":                  {path: "/proc/sys/net/ipv4/tcp_congestion_control", write: "reno", want: "reno"},
		"no logger":             {path: dir + "nf_log/2", write: "none", want: "NONE"},
		"unknown logger":        {path: dir + "nf_log/2", write: "nf_log_ipv4", op: "write", errno: syscall.ENOENT},
		"empty":                 {path: dir + "nf_conntrack_acct", write: "", op: "write", errno: syscall.EINVAL},
		"fraction":              {path: dir + "nf_conntrack_max", write: "1.5", op: "write", errno: syscall.EINVAL},
		"go's own number":       {path: dir + "nf_conntrack_max", write: "1_000", op: "write", errno: syscall.EINVAL},
		"out of range":          {path: dir + "nf_conntrack_events", write: "3", op: "write", errno: syscall.EINVAL},
		"timeout too long":      {path: dir + "nf_conntrack_udp_timeout", write: "8589935", op: "write", errno: syscall.EINVAL},
		"no buckets":            {path: dir + "nf_conntrack_buckets", write: "0", op: "write", errno: syscall.EINVAL},
		"too many buckets":      {path: dir + "nf_conntrack_buckets", write: "2147483647", op: "write", errno: syscall.ENOMEM},
		"read-only":             {path: dir + "nf_conntrack_count", write: "0", op: "open", errno: syscall.EACCES},
		"missing":               {path: dir + "nf_conntrack_helper", write: "0", op: "open", errno: syscall.ENOENT},
		"directory":             {path: dir + "nf_log", write: "0", op: "open", errno: syscall.EISDIR},
		"interface with a dot":  {path: "/proc/sys/net/ipv4/conf/eth0.100/rp_filter", write: "1", want: "1"},
		"twin of buckets":       {path: "/sys/module/nf_conntrack/parameters/hashsize", write: "513", want: "1024"},
		"second name of a size": {path: "/proc/sys/net/nf_conntrack_max", write: "7", want: "7"},
	} {
		t.Run(name, func(t *testing.T) {
			h := host.NewFakeLinux()
			before := h.Snapshot()
			err := h.WriteControl(ctx, c.path, c.write)
			if c.errno != 0 {
				wantControl(t, err, c.op, c.errno)
				if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
					t.Errorf("a failed write changed something:\n%s", diff)
				}
				return
			}
			f, readErr := h.ReadFile(ctx, c.path)
			if err != nil || readErr != nil || string(f.Data) != c.want {
				t.Errorf("got %q, %v, %v; want %q", f.Data, err, readErr, c.want)
			}
		})
	}
}

func TestFakeNamesOfOneVariableAgree(t *testing.T) {
	h := host.NewFakeLinux()
	h.SetSysctl("net/nf_conntrack_max", "1000")
	if got := h.Sysctl("net/netfilter/nf_conntrack_max"); got != "1000" {
		t.Errorf("got %q", got)
	}
}

func TestFakeNetnsHasNoGlobalSizesToWrite(t *testing.T) {
	h := host.NewFakeNetns()
	facts, err := h.Facts(ctx)
	if err != nil || facts.InitNetns || facts.Boots() {
		t.Errorf("%+v, %v", facts, err)
	}
	wantControl(t, h.WriteControl(ctx, "/proc/sys/net/netfilter/nf_conntrack_max", "1"), "open", syscall.EACCES)
	wantControl(t, h.WriteControl(ctx, "/proc/sys/net/nf_conntrack_max", "1"), "open", syscall.ENOENT)
}

// The fake is a model of Linux: each of its conntrack parameters that the
// running kernel has too must have the same mode in a new namespace.
func TestFakeNetnsAgreesWithThisKernel(t *testing.T) {
	name := hosttest.Netns(t)
	real, fake := newLive(t, host.LiveOptions{Netns: name}), host.NewFakeNetns()
	compared := 0
	for key := range hosttest.Sysctls(t, name) {
		path := "/proc/sys/" + key
		f, err := fake.ReadFile(ctx, path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another kernel version
		}
		r, realErr := real.ReadFile(ctx, path)
		if err != nil || realErr != nil || f.Mode != r.Mode {
			t.Errorf("%s: fake %04o, %v; real %04o, %v", path, f.Mode, err, r.Mode, realErr)
		}
		compared++
	}
	hosttest.Require(t, "conntrack in the kernel", compared > 40)
}

func TestFakeFilesBehaveAsRealOnes(t *testing.T) {
	entries := map[string]string{
		"etc/a.conf": "a", "etc/dir": "/", "etc/link": "-> a.conf", "etc/abs": "-> /etc/a.conf",
		"etc/linked": "-> dir", "etc/loop": "-> loop", "etc/masked": "-> /dev/null", "usr/lib/x": "x",
	}
	real := newLive(t, host.LiveOptions{Root: tree(t, entries)})
	fake := host.NewFake(planner.Facts{Root: "/"})
	for name, content := range entries {
		if to, isLink := strings.CutPrefix(content, "-> "); isLink {
			fake.SetLink("/"+name, to)
		} else if content == "/" {
			fake.SetDir("/" + name)
		} else {
			fake.SetFile("/"+name, content)
		}
	}
	observe := func(h host.Host) []string {
		var log []string
		note := func(format string, args ...any) { log = append(log, fmt.Sprintf(format, args...)) }
		for _, path := range []string{"/etc/a.conf", "/etc/link", "/etc/abs", "/etc/loop", "/etc/masked", "/etc/dir", "/etc/none", "/usr/lib/x"} {
			f, err := h.ReadFile(ctx, path)
			note("read %s: %q %04o %v", path, f.Data, f.Mode, errnoOf(err))
		}
		for _, path := range []string{"/etc/a.conf", "/etc/link", "/etc/linked/x", "/etc/dir", "/etc/new/x", "/etc/a.conf/x"} {
			note("write %s: %v", path, errnoOf(h.WriteFile(ctx, path, own("new", 0o640))))
		}
		for _, path := range []string{"/etc/link", "/etc/dir", "/usr/lib/x", "/usr/lib/x", "/none/x"} {
			note("remove %s: %v", path, errnoOf(h.Remove(ctx, path)))
		}
		for _, path := range []string{"/", "/etc", "/etc/linked", "/etc/new", "/none", "/usr/lib"} {
			list, err := h.ReadDir(ctx, path)
			note("list %s: %v %v", path, list, errnoOf(err))
		}
		return log
	}
	if diff := cmp.Diff(observe(real), observe(fake)); diff != "" {
		t.Errorf("(-real +fake):\n%s", diff)
	}
}

func errnoOf(err error) any {
	var link *host.LinkError
	var errno syscall.Errno
	switch {
	case errors.As(err, &link):
		return "link " + link.Link
	case errors.As(err, &errno):
		return errno
	}
	return err
}

func TestFakePrograms(t *testing.T) {
	h := host.NewFakeLinux()
	h.SetProgram("iptables-save", func(_ context.Context, c host.Command) (host.Result, error) {
		h.SetSysctl("net/ipv4/ip_forward", "1") // a program may use the host
		return host.Result{Stdout: []byte(strings.Join(c.Argv, " ")), ExitCode: 2}, nil
	})
	res, err := h.Run(ctx, host.Command{Argv: []string{"iptables-save", "-c"}})
	if err != nil || string(res.Stdout) != "iptables-save -c" || res.ExitCode != 2 {
		t.Errorf("%+v, %v", res, err)
	}
	if _, err := h.Run(ctx, host.Command{Argv: []string{"nft"}}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing program: %v", err)
	}
}

func TestFakeSnapshotsShowEveryChange(t *testing.T) {
	for name, change := range map[string]func(*host.Fake) error{
		"file": func(h *host.Fake) error { return h.WriteFile(ctx, "/etc/new", own("", 0o644)) },
		"mode": func(h *host.Fake) error {
			return h.WriteFile(ctx, "/etc/hostname", host.File{Data: []byte("web1\n"), Mode: 0o600})
		},
		"owner": func(h *host.Fake) error {
			return h.WriteFile(ctx, "/etc/hostname", host.File{Data: []byte("web1\n"), Mode: 0o644, UID: 1})
		},
		"removal":   func(h *host.Fake) error { return h.Remove(ctx, "/etc/hostname") },
		"parameter": func(h *host.Fake) error { return h.WriteControl(ctx, "/proc/sys/net/ipv4/ip_forward", "1") },
	} {
		h := host.NewFakeLinux()
		before := h.Snapshot()
		if err := change(h); err != nil {
			t.Fatal(err)
		}
		if maps.Equal(before, h.Snapshot()) {
			t.Errorf("%s: no difference", name)
		}
	}
}

func TestFakeIsSafeForConcurrentUse(t *testing.T) {
	h := host.NewFakeLinux()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 50 {
				_ = h.WriteFile(ctx, fmt.Sprintf("/etc/%d", i), own("x", 0o644))
				_ = h.WriteControl(ctx, "/proc/sys/net/ipv4/ip_forward", "1")
				_, _ = h.ReadDir(ctx, "/etc")
				_, _ = h.ReadFile(ctx, "/etc/hostname")
				h.Snapshot()
			}
		})
	}
	wg.Wait()
}
