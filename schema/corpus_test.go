package schema

import (
	"context"
	"errors"
	goflag "flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

var update = goflag.Bool("update", false, "rewrite the golden files")

// fakeHost answers data blocks as a small server would.
type fakeHost struct{}

func (fakeHost) ReadData(_ context.Context, typ string, config map[string]cty.Value) (cty.Value, error) {
	switch typ {
	case "host":
		return cty.ObjectVal(map[string]cty.Value{
			"arch": cty.StringVal("amd64"), "boot_id": cty.StringVal("b"), "cpus": cty.NumberIntVal(4),
			"hostname": cty.StringVal("web1"), "init_netns": cty.True, "kernel": cty.StringVal("6.1.0"),
			"machine_id": cty.StringVal("m"), "memory": cty.NumberIntVal(8 << 30), "memory_mib": cty.NumberIntVal(8 << 10),
			"netns": cty.StringVal(""), "page_size": cty.NumberIntVal(4096),
		}), nil
	case "conntrack":
		return cty.ObjectVal(map[string]cty.Value{
			"buckets": cty.NumberIntVal(65536), "count": cty.NumberIntVal(1200), "max": cty.NumberIntVal(262144),
			"by_protocol": cty.MapVal(map[string]cty.Value{"tcp": cty.NumberIntVal(1200)}),
			"by_state":    cty.MapVal(map[string]cty.Value{"tcp": cty.MapVal(map[string]cty.Value{"ESTABLISHED": cty.NumberIntVal(1200)})}),
			"per_cpu":     cty.ListVal([]cty.Value{cty.MapVal(map[string]cty.Value{"drop": cty.NumberIntVal(0)})}),
			"statistics":  cty.MapVal(map[string]cty.Value{"drop": cty.NumberIntVal(0)}),
		}), nil
	}
	key := config["key"].AsString()
	if key == "broken" {
		return cty.NilVal, errors.New("permission denied")
	}
	return cty.ObjectVal(map[string]cty.Value{
		"key": config["key"], "exists": cty.True, "value": cty.StringVal("1"),
	}), nil
}

// corpusCase loads a file alone, or a directory; a directory's file
// "arguments" holds one -var (NAME=VALUE) or environment variable a line.
func corpusCase(t *testing.T, path string) (*Config, *Configuration, hcl.Diagnostics) {
	t.Helper()
	fsys := os.DirFS(path)
	if info, err := os.Stat(path); err != nil {
		t.Fatal(err)
	} else if !info.IsDir() {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fsys = fstest.MapFS{filepath.Base(path): &fstest.MapFile{Data: src}}
	}
	return evaluateFS(fsys)
}

func evaluateFS(fsys fs.FS) (*Config, *Configuration, hcl.Diagnostics) {
	c, diags := Load(fsys, WithVersion("0.3.0"))
	opts := Options{Data: fakeHost{}}
	args, _ := fs.ReadFile(fsys, "arguments")
	environ := []string{}
	for line := range strings.Lines(string(args)) {
		if strings.HasPrefix(line, environmentPrefix) {
			environ = append(environ, strings.TrimSpace(line))
		}
	}
	opts.Variables = append(opts.Variables, EnvironmentVariables(environ)...)
	auto, d := c.AutoVariables()
	diags = append(diags, d...)
	opts.Variables = append(opts.Variables, auto...)
	for line := range strings.Lines(string(args)) {
		if !strings.HasPrefix(line, environmentPrefix) {
			v, d := ParseVariableFlag(strings.TrimSpace(line))
			diags = append(diags, d...)
			opts.Variables = append(opts.Variables, v)
		}
	}
	cfg, d := c.Evaluate(context.Background(), opts)
	return cfg, c, MergeDiagnostics(diags, d)
}

// text is a diagnostic as the golden files hold it.
func text(d *hcl.Diagnostic) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", severity(d), d.Summary)
	if a := DiagnosticAddress(d); a != "" {
		fmt.Fprintf(&b, "  with %s\n", a)
	}
	if d.Subject != nil {
		fmt.Fprintf(&b, "  at %s:%d,%d-%d,%d\n", d.Subject.Filename,
			d.Subject.Start.Line, d.Subject.Start.Column, d.Subject.End.Line, d.Subject.End.Column)
	}
	for line := range strings.Lines(d.Detail) {
		fmt.Fprintf(&b, "  %s\n", strings.TrimRight(line, "\n"))
	}
	return b.String()
}

func severity(d *hcl.Diagnostic) string {
	if d.Severity == hcl.DiagWarning {
		return "WARNING"
	}
	return "ERROR"
}

// expected are the comments "# ERROR: Summary" of all sources, as
// "file:line ERROR: Summary".
func expected(sources map[string][]byte) []string {
	var out []string
	for _, name := range sortedKeys(sources) {
		n := 0
		for line := range strings.Lines(string(sources[name])) {
			n++
			for _, s := range []string{"ERROR", "WARNING"} {
				if _, want, ok := strings.Cut(line, "# "+s+": "); ok {
					for _, summary := range strings.Split(strings.TrimSpace(want), "; ") {
						out = append(out, fmt.Sprintf("%s:%d %s: %s", name, n, s, summary))
					}
				}
			}
		}
	}
	return out
}

func corpus(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("testdata", dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []string
	for _, path := range all {
		if filepath.Ext(path) != ".want" {
			cases = append(cases, path)
		}
	}
	return cases
}

// Every file and directory in testdata/invalid and testdata/warning is a
// case. The diagnostics are in the .want file beside it, and in native syntax
// also as comments on the lines that they hit.
func TestDiagnosticsOfCorpus(t *testing.T) {
	for _, dir := range []string{"invalid", "warning"} {
		cases := corpus(t, dir)
		if dir == "invalid" && len(cases) < 60 {
			t.Errorf("only %d invalid configurations", len(cases))
		}
		for _, path := range cases {
			t.Run(dir+"/"+filepath.Base(path), func(t *testing.T) {
				_, c, diags := corpusCase(t, path)
				if got := diags.HasErrors(); got != (dir == "invalid") || len(diags) == 0 {
					t.Errorf("errors: %v\n%v", got, diags)
				}
				checkGolden(t, path, diags)
				checkComments(t, c, diags)
				for _, d := range diags {
					checkQuality(t, d)
				}
			})
		}
	}
}

func checkGolden(t *testing.T, path string, diags hcl.Diagnostics) {
	t.Helper()
	var parts []string
	for _, d := range diags {
		parts = append(parts, text(d))
	}
	got := strings.Join(parts, "\n")
	golden := path + ".want"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

func checkComments(t *testing.T, c *Configuration, diags hcl.Diagnostics) {
	t.Helper()
	var got []string
	for _, d := range diags {
		if d.Subject != nil && !strings.HasSuffix(d.Subject.Filename, ".json") {
			got = append(got, fmt.Sprintf("%s:%d %s: %s", d.Subject.Filename, d.Subject.Start.Line, severity(d), d.Summary))
		}
	}
	if diff := cmp.Diff(expected(c.Sources), got); diff != "" {
		t.Errorf("comments in the sources (-want +got):\n%s", diff)
	}
}

// checkQuality holds diagnostics to what the reader needs.
func checkQuality(t *testing.T, d *hcl.Diagnostic) {
	t.Helper()
	if d.Summary == "" || strings.HasSuffix(d.Summary, ".") || strings.Contains(d.Summary, "\n") {
		t.Errorf("summary %q", d.Summary)
	}
	if d.Detail == "" || !strings.ContainsAny(d.Detail[len(d.Detail)-1:], ".?)!") {
		t.Errorf("detail is not a sentence: %q", d.Detail)
	}
	for _, word := range []string{"cty.", "schema.", "hclsyntax", "%!", "<nil>", "goroutine"} {
		if strings.Contains(d.Detail+d.Summary, word) {
			t.Errorf("%q in %q", word, d.Detail)
		}
	}
	if d.Context != nil && (d.Subject == nil || d.Context.Filename != d.Subject.Filename) {
		t.Errorf("context %v, subject %v", d.Context, d.Subject)
	}
}

// Every file and directory in testdata/valid evaluates without a word.
func TestValidCorpus(t *testing.T) {
	cases := corpus(t, "valid")
	if len(cases) == 0 {
		t.Fatal("no valid configurations")
	}
	for _, path := range cases {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if _, _, diags := corpusCase(t, path); len(diags) > 0 {
				t.Error(diags)
			}
		})
	}
}

// Without a host every valid configuration is still valid, and nothing is
// said that data could have to do with.
func TestValidCorpusWithoutHost(t *testing.T) {
	for _, path := range corpus(t, "valid") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, c, _ := corpusCase(t, path)
			auto, _ := c.AutoVariables()
			if _, diags := c.Evaluate(context.Background(), Options{Variables: auto}); diags.HasErrors() {
				t.Error(diags)
			}
		})
	}
}

// Fifty evaluations of all wrong configurations together give the same bytes.
func TestDiagnosticsAreDeterministic(t *testing.T) {
	all := make(fstest.MapFS)
	for _, path := range corpus(t, "invalid") {
		if src, err := os.ReadFile(path); err == nil {
			all[filepath.Base(path)] = &fstest.MapFile{Data: src}
		}
	}
	// Files that cannot be parsed, and another version, hide the rest.
	for name := range all {
		if strings.HasPrefix(name, "syntax_") || strings.HasPrefix(name, "version_") {
			delete(all, name)
		}
	}
	var first string
	for run := range 50 {
		_, _, diags := evaluateFS(all)
		var b strings.Builder
		for _, d := range diags {
			b.WriteString(text(d))
		}
		if run == 0 {
			first = b.String()
			if len(diags) < 60 {
				t.Fatalf("only %d diagnostics", len(diags))
			}
		} else if diff := cmp.Diff(first, b.String()); diff != "" {
			t.Fatalf("run %d differs (-first +now):\n%s", run, diff)
		}
	}
}
