package sysctl_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/internal/treehost"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/providers/sysctl"
	"github.com/ctplan/ctplan/schema"
)

var update = flag.Bool("update", false, "rewrite the golden parts of testdata")

// TestPropose runs each archive's configuration against its host: Debian 12
// as host.NewFakeLinux presents it, with the archive's files on top.
func TestPropose(t *testing.T) {
	names, err := filepath.Glob("testdata/propose/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			h := host.NewFakeLinux()
			if strings.Contains(string(data), "-- host --\nnetns\n") {
				h = host.NewFakeNetns()
			}
			extra := treehost.Put(h, data)
			got := describe(propose(t, h, extra))
			if *update {
				rewrite(t, name, data, got)
				return
			}
			if diff := cmp.Diff(extra["want"], got); diff != "" {
				t.Errorf("proposal (-want +got):\n%s", diff)
			}
		})
	}
}

func propose(t *testing.T, h *host.Fake, extra map[string]string) (provider.Answer, hcl.Diagnostics) {
	t.Helper()
	ctx := context.Background()
	facts, err := h.Facts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if text := extra["facts"]; text != "" {
		if err := json.Unmarshal([]byte(text), &facts); err != nil {
			t.Fatal(err)
		}
	}
	managed := planner.Managed{Originals: map[string]planner.Original{}}
	for _, path := range strings.Fields(extra["owned"]) {
		target := planner.FileTarget(path)
		managed.Originals[target.ID()] = planner.Original{Target: target}
	}
	return sysctl.Provider{}.Propose(ctx, provider.Request{
		Host: h, Facts: facts, Resources: resources(t, extra["main.ctplan.hcl"]), Managed: managed,
	})
}

func resources(t testing.TB, source string) []*schema.Resource {
	t.Helper()
	c, diags := schema.Load(fstest.MapFS{"main.ctplan.hcl": {Data: []byte(source)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	config, diags := c.Evaluate(context.Background(), schema.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return config.Resources
}

func describe(answer provider.Answer, diags hcl.Diagnostics) string {
	var out strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&out, "diagnostic %s: %s\n  %s\n", where(d.Subject), d.Summary, d.Detail)
	}
	for _, p := range answer.Proposals {
		fmt.Fprintf(&out, "# %s\n", p.Address)
		for _, a := range p.Attributes {
			fmt.Fprintf(&out, "%-7s %s: %s\n", a.Layer, a.Name, values(a))
		}
		for _, s := range p.Settings {
			fmt.Fprintf(&out, "phase %d %s %s", s.Phase, s.Target.Kind, s.Target)
			if s.Part != "" {
				fmt.Fprintf(&out, " part %s", s.Part)
			}
			fmt.Fprintf(&out, ": %q", s.State.Data)
			if s.Irreversible != "" {
				fmt.Fprintf(&out, " (%s)", s.Irreversible)
			}
			out.WriteString("\n")
		}
		for _, n := range p.Notes {
			fmt.Fprintf(&out, "note: %s\n", n)
		}
	}
	for _, f := range answer.Findings {
		fmt.Fprintf(&out, "%s %s %s: %s\n  %s\n", f.Severity, f.Code, where(f.Subject), f.Summary, f.Detail)
	}
	return out.String()
}

func values(a planner.AttributeValue) string {
	note := func(text string) string {
		if text == "" {
			return ""
		}
		return " (" + text + ")"
	}
	arrow := "->"
	if a.Same {
		arrow = "=="
	}
	return strings.TrimRight(fmt.Sprintf("%#v%s %s %#v%s [%s] %s", a.Before, note(a.BeforeNote), arrow, a.After, note(a.AfterNote), a.Key, a.Unit), " ")
}

func where(r *hcl.Range) string {
	if r == nil {
		return "-"
	}
	return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line)
}

func rewrite(t *testing.T, name string, data []byte, want string) {
	t.Helper()
	a := txtar.Parse(data)
	if n := len(a.Files); a.Files[n-1].Name == "want" {
		a.Files = a.Files[:n-1]
	}
	a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(want)})
	if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
