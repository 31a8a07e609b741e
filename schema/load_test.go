package schema

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.ctplan.hcl"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link.auto.ctvars")); err != nil {
		t.Fatal(err)
	}
	big, err := os.Create(filepath.Join(dir, "big.ctplan.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := big.Truncate(maxFileSize + 1); err != nil {
		t.Fatal(err)
	}
	if err := big.Close(); err != nil {
		t.Fatal(err)
	}
	_, diags := Load(os.DirFS(dir))
	want := []string{
		"big.ctplan.json cannot be read: it has 8388609 bytes, and 8388608 are the most that ctplan reads.",
		"link.auto.ctvars cannot be read: no such file or directory.",
		"pipe.ctplan.hcl cannot be read: it is not a regular file.",
	}
	var got []string
	for _, d := range diags {
		got = append(got, d.Detail)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnreadableDirectory(t *testing.T) {
	c, diags := Load(os.DirFS(filepath.Join(t.TempDir(), "missing")))
	if len(diags) != 1 || !strings.Contains(diags[0].Detail, "no such file or directory") {
		t.Error(diags)
	}
	if cfg, diags := c.Evaluate(t.Context(), Options{}); cfg == nil || len(diags) > 0 {
		t.Error(cfg, diags)
	}
}

func TestSourcesHoldEveryFileThatWasRead(t *testing.T) {
	c, diags := Load(fstest.MapFS{
		"main.ctplan.hcl":     {Data: []byte(`module "m" { source = "./m" }`)},
		"twin.ctplan.json":    {Data: []byte(`{}`)},
		"m/m.ctplan.hcl":      {Data: []byte(`locals { x = file("m/text") }`)},
		"m/x.auto.ctvars":     {Data: []byte(`no = "a module has no variable files"`)},
		"m/text":              {Data: []byte("text")},
		"ctplan.ctvars":       {Data: []byte(``)},
		"site.auto.ctvars":    {Data: []byte(``)},
		"other.ctvars":        {Data: []byte(`not = "asked for"`)},
		"unused/u.ctplan.hcl": {Data: []byte(`not { parsed`)},
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	read := []string{"ctplan.ctvars", "m/m.ctplan.hcl", "main.ctplan.hcl", "site.auto.ctvars", "twin.ctplan.json"}
	if diff := cmp.Diff(read, sortedKeys(c.Sources)); diff != "" {
		t.Error(diff)
	}
	cfg, diags := c.Evaluate(t.Context(), Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	evaluated := []string{"m/m.ctplan.hcl", "m/text", "main.ctplan.hcl", "twin.ctplan.json"}
	if diff := cmp.Diff(evaluated, sortedKeys(cfg.Sources)); diff != "" {
		t.Error(diff)
	}
}

func TestKernelKeys(t *testing.T) {
	for key, want := range map[string]string{
		"net.ipv4.ip_forward":              "net/ipv4/ip_forward",
		"net/ipv4/ip_forward":              "net/ipv4/ip_forward",
		"net.ipv4.conf.eth0/100.rp_filter": "net/ipv4/conf/eth0.100/rp_filter",
		"net/ipv4/conf/eth0.100/rp_filter": "net/ipv4/conf/eth0.100/rp_filter",
		"net.nf_conntrack_max":             "net/netfilter/nf_conntrack_max",
		"net.netfilter.nf_conntrack_max":   "net/netfilter/nf_conntrack_max",
		"kernel.pid_max":                   "kernel/pid_max",
		"no name":                          "no name",
	} {
		if got := kernelKey(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}
