package bootconf_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/internal/treehost"
)

var update = flag.Bool("update", false, "rewrite the golden parts of testdata")

// TestBootValues reads the tree in each archive and compares the value and
// the origin of every key with the golden list.
func TestBootValues(t *testing.T) {
	files, err := filepath.Glob("testdata/boot/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			h := host.NewFake(planner.Facts{})
			extra := treehost.Put(h, data)
			drop, unreadable, err := bootconf.Search(context.Background(), h, "sysctl.d")
			if err != nil || len(unreadable) > 0 {
				t.Fatalf("Search: %v, unreadable %v", err, unreadable)
			}
			got := describe(bootconf.NewSysctls(drop), strings.Fields(extra["keys"]))
			if *update {
				rewrite(t, name, data, got)
				return
			}
			if diff := cmp.Diff(extra["want"], got); diff != "" {
				t.Errorf("boot values (-want +got):\n%s", diff)
			}
		})
	}
}

func describe(s *bootconf.Sysctls, keys []string) string {
	var out strings.Builder
	for _, key := range keys {
		if a, ok := s.Lookup(bootconf.PathOf(key)); ok {
			fmt.Fprintf(&out, "%s = %s (%s)\n", key, a.Value, a.Origin)
		} else {
			fmt.Fprintf(&out, "%s is not set\n", key)
		}
	}
	return out.String()
}

func rewrite(t *testing.T, name string, data []byte, want string) {
	t.Helper()
	a := txtar.Parse(data)
	for i := range a.Files {
		if a.Files[i].Name == "want" {
			a.Files[i].Data = []byte(want)
		}
	}
	if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestUnreadableFilesAreReported(t *testing.T) {
	h := host.NewFake(planner.Facts{})
	h.SetControl("/etc/sysctl.d/10-secret.conf", host.Control{Value: "net.ipv4.ip_forward = 1\n", Mode: 0o200})
	h.SetFile("/etc/sysctl.d/20-open.conf", "net.ipv4.tcp_sack = 1\n")
	files, unreadable, err := bootconf.Search(context.Background(), h, "sysctl.d")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || files[0].Path != "/etc/sysctl.d/20-open.conf" {
		t.Errorf("files = %v", files)
	}
	if len(unreadable) != 1 || unreadable[0].Path != "/etc/sysctl.d/10-secret.conf" {
		t.Errorf("unreadable = %v", unreadable)
	}
}

func TestSearchStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h := host.NewFake(planner.Facts{})
	if _, _, err := bootconf.Search(ctx, h, "sysctl.d"); err == nil {
		t.Error("a cancelled search succeeded")
	}
}

func TestWithTakesTheFilesPlace(t *testing.T) {
	s := bootconf.NewSysctls([]bootconf.File{
		{Path: "/etc/sysctl.d/10-a.conf", Data: []byte("a.b = 1\n")},
		{Path: "/usr/lib/sysctl.d/90-ctplan.conf", Data: []byte("a.b = 5\n")},
		{Path: "/etc/sysctl.d/99-z.conf", Data: []byte("a.c = 9\n")},
	})
	const own = "/etc/sysctl.d/90-ctplan.conf"
	tests := map[string]struct {
		data       []byte
		key, value string
	}{
		"replaces its own value":         {[]byte("a.b = 2\na.c = 2\n"), "a/b", "2"},
		"comes before later files":       {[]byte("a.b = 2\na.c = 2\n"), "a/c", "9"},
		"without it an earlier one wins": {nil, "a/b", "1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, _ := s.With(own, test.data).Lookup(test.key)
			if a.Value != test.value {
				t.Errorf("%s = %q from %s, want %q", test.key, a.Value, a.Origin, test.value)
			}
		})
	}
	if a, _ := s.Lookup("a/b"); a.Value != "5" {
		t.Errorf("With changed the original: a/b = %q", a.Value)
	}
}
