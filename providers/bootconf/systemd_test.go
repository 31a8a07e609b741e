package bootconf_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/providers/internal/treehost"
)

const systemdSysctl = "/usr/lib/systemd/systemd-sysctl"

// script applies a tree with the real systemd-sysctl, in mount and network
// namespaces of its own, and prints every key's value before and after.
const script = `
set -e
tree=$1; shift
mount --bind "$tree/etc" /etc/sysctl.d
mount --bind "$tree/usr" /usr/lib/sysctl.d
mount -t tmpfs none /run; mkdir /run/sysctl.d; mount --bind "$tree/run" /run/sysctl.d
mount -t tmpfs none /usr/local/lib; mkdir /usr/local/lib/sysctl.d; mount --bind "$tree/local" /usr/local/lib/sysctl.d
for key; do cat "/proc/sys/$key"; done
` + systemdSysctl + ` 2>/dev/null || true
for key; do cat "/proc/sys/$key"; done
`

// TestAgainstSystemd holds Sysctls against the program that it stands for,
// with trees made at random: every key has the predicted value afterwards, or
// the one from before where none was predicted.
func TestAgainstSystemd(t *testing.T) {
	hosttest.RequireRoot(t)
	_, err := os.Stat(systemdSysctl)
	hosttest.Require(t, systemdSysctl, err == nil)
	_, err = os.Stat("/proc/sys/" + experimentKeys()[0])
	hosttest.Require(t, "nf_conntrack to be loaded", err == nil)
	err = exec.Command("unshare", "--mount", "--net", "true").Run()
	hosttest.Require(t, fmt.Sprintf("to make namespaces (%v)", err), err == nil)
	keys := experimentKeys()
	for seed := uint64(0); seed < 25; seed++ {
		archive := randomTree(rand.New(rand.NewPCG(seed, 1)))
		before, after := applySystemd(t, archive, keys)
		h := host.NewFake(planner.Facts{})
		treehost.Put(h, txtar.Format(archive))
		files, _, err := bootconf.Search(context.Background(), h, "sysctl.d")
		if err != nil {
			t.Fatal(err)
		}
		predicted := bootconf.NewSysctls(files)
		for i, key := range keys {
			want, why := before[i], "no file sets it"
			if a, ok := predicted.Lookup(key); ok {
				want, why = a.Value, a.Origin.String()
			}
			if after[i] != want {
				t.Errorf("seed %d: %s = %s after systemd-sysctl, predicted %s (%s)\n%s", seed, key, after[i], want, why, txtar.Format(archive))
			}
		}
	}
}

// experimentKeys are parameters that belong to a network namespace and do
// not influence each other.
func experimentKeys() []string {
	names := []string{"udp_timeout", "udp_timeout_stream", "icmp_timeout", "icmpv6_timeout", "generic_timeout", "gre_timeout", "gre_timeout_stream"}
	for i, name := range names {
		names[i] = "net/netfilter/nf_conntrack_" + name
	}
	return names
}

// patterns are explicit names and globs over experimentKeys.
var patterns = []string{
	"udp_timeout", "udp_timeout_stream", "icmp_timeout", "icmpv6_timeout", "generic_timeout", "gre_timeout", "gre_timeout_stream",
	"*_timeout", "udp_*", "?cmp_timeout", "[ug]*_timeout*", "[!u]*_timeout", "gre_timeout*",
}

// treeDirs are the directories of a tree, and what they stand for.
var treeDirs = map[string]string{
	"/etc/sysctl.d":           "etc",
	"/run/sysctl.d":           "run",
	"/usr/local/lib/sysctl.d": "local",
	"/usr/lib/sysctl.d":       "usr",
}

func randomTree(r *rand.Rand) *txtar.Archive {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	archive := &txtar.Archive{}
	taken := map[string]bool{}
	for n := 2 + r.IntN(5); n > 0; n-- {
		name := pick("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d") +
			"/" + pick("10-a.conf", "50-b.conf", "90-c.conf", "README")
		if taken[name] {
			continue
		}
		taken[name] = true
		var data strings.Builder
		for lines := r.IntN(6); lines > 0; lines-- {
			sep := pick(".", "/")
			key := strings.Join([]string{"net", pick("netfilter", "netfilter", "n*r"), "nf_conntrack_" + pick(patterns...)}, sep)
			switch value := 1 + r.IntN(3); pick("set", "set", "set", "dash", "exclude", "comment", "junk") {
			case "set":
				fmt.Fprintf(&data, "%s%s=%s%d\n", pick("", " "), key, pick("", " "), value)
			case "dash":
				fmt.Fprintf(&data, "-%s = %d\n", key, value)
			case "exclude":
				fmt.Fprintf(&data, "-%s\n", key)
			case "comment":
				fmt.Fprintf(&data, "%s%s = %d\n", pick("#", ";", " # "), key, value)
			case "junk":
				fmt.Fprintf(&data, "%s %d\n", key, value)
			}
		}
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(data.String())})
	}
	return archive
}

func applySystemd(t *testing.T, archive *txtar.Archive, keys []string) (before, after []string) {
	t.Helper()
	tree := t.TempDir()
	for _, dir := range treeDirs {
		if err := os.Mkdir(filepath.Join(tree, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range archive.Files {
		name := filepath.Join(tree, treeDirs[filepath.Dir(f.Name)], filepath.Base(f.Name))
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("unshare", append([]string{"--mount", "--net", "--propagation", "private", "sh", "-c", script, "sh", tree}, keys...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("unshare: %v\n%s", err, stderr.String())
	}
	values := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(values) != 2*len(keys) {
		t.Fatalf("%d values for %d keys: %q", len(values), len(keys), out)
	}
	return values[:len(keys)], values[len(keys):]
}
