package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/schema"
)

var update = flag.Bool("update", false, "write what ctplan really prints into README.md and docs/")

// repository is the module's root directory, seen from this package's.
var repository = filepath.Join("..", "..")

// documents are the pages that people write.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*.md"} {
		found, err := filepath.Glob(filepath.Join(repository, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// TestDocumentsShowWhatHappens runs every line that starts with "$ " in the
// ```console blocks of the documents, and compares what it prints with what
// the document says. Each document has a network namespace, a root directory
// and a state of its own. Two things prepare its commands:
//
//   - an ```hcl block whose first line is a comment with a path, such as
//     "# /etc/ctplan/main.ctplan.hcl", is written there;
//   - <!-- faults: SPEC --> injects faults (see host.ParseFaults) into the
//     next console block.
//
// Times, durations and identifiers may differ from run to run.
func TestDocumentsShowWhatHappens(t *testing.T) {
	for _, path := range documents(t) {
		text := readText(t, path)
		if !strings.Contains(text, "\n```console\n") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			real := newReader(t).follow(text)
			if *update && real != text {
				if err := os.WriteFile(path, []byte(real), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(text, "\n"), strings.Split(real, "\n")); diff != "" {
				t.Errorf("%s is out of date: go test ./cmd/ctplan -run Documents -update (-document +real)\n%s", path, diff)
			}
		})
	}
}

func readText(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// reader does what a document says, as somebody would who follows it.
type reader struct {
	t      *testing.T
	site   *site
	bin    string // a directory that holds ctplan
	faults string // for the next block
}

func newReader(t *testing.T) *reader {
	t.Helper()
	s := newSite(t, "")
	if modules, _ := os.ReadFile("/proc/modules"); bytes.Contains(modules, []byte("nf_conntrack ")) {
		t.Skip("the documents show a kernel with connection tracking built in; as a module, every plan also names what loads it at boot")
	}
	for _, tool := range []string{"ip", "unshare"} {
		_, err := exec.LookPath(tool)
		hosttest.Require(t, tool, err == nil)
	}
	if err := os.Remove(filepath.Join(s.conf, "main.ctplan.hcl")); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "ctplan")); err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, site: s, bin: bin}
}

var faultsComment = regexp.MustCompile(`^<!-- faults: (\S+) -->$`)

// follow returns the document with the real output in its console blocks.
func (r *reader) follow(text string) string {
	var out []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		out = append(out, line)
		if m := faultsComment.FindStringSubmatch(line); m != nil {
			r.faults = m[1]
		}
		if line != "```console" && line != "```hcl" {
			continue
		}
		end := i + 1
		for end < len(lines) && lines[end] != "```" {
			end++
		}
		block := lines[i+1 : end]
		if line == "```hcl" {
			r.write(block)
		} else {
			block = r.console(block)
		}
		out = append(out, block...)
		i = end - 1
	}
	return strings.Join(out, "\n")
}

// write stores a block that says in its first line which file it is.
func (r *reader) write(block []string) {
	r.t.Helper()
	name, isPath := strings.CutPrefix(block[0], "# /")
	if !isPath {
		return
	}
	path := filepath.Join(r.site.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(block, "\n")+"\n"), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// console runs the commands of a block. Output that differs only in what may
// differ stays as it is in the document.
func (r *reader) console(block []string) []string {
	var out []string
	for i := 0; i < len(block); {
		command, isCommand := strings.CutPrefix(block[i], "$ ")
		if !isCommand {
			r.t.Fatalf("a console block starts with %q, not with a command", block[i])
		}
		next := i + 1
		for next < len(block) && !strings.HasPrefix(block[next], "$ ") {
			next++
		}
		written := block[i+1 : next]
		real := r.shell(command)
		if slices.EqualFunc(written, real, func(a, b string) bool { return steady(a) == steady(b) }) {
			real = written
		}
		out = append(append(out, block[i]), real...)
		i = next
	}
	r.faults = ""
	return out
}

// shell runs one line as root on a host that is called web1 and returns the
// lines that it prints. /etc and ctplan's state are those of the site.
func (r *reader) shell(line string) []string {
	r.t.Helper()
	for _, dir := range []string{"/etc/", "/var/lib/ctplan"} {
		line = strings.ReplaceAll(line, " "+dir, " "+r.site.root+dir)
	}
	cmd := exec.Command("ip", "netns", "exec", r.site.netns, "unshare", "--uts",
		"sh", "-c", "echo web1 >/proc/sys/kernel/hostname\n"+line)
	cmd.Dir = r.site.conf
	cmd.Env = append(os.Environ(),
		"PATH="+r.bin+":"+os.Getenv("PATH"),
		"CTPLAN_CLI_ARGS=-root="+r.site.root,
		"CTPLAN_STATE_DIR=",
		runVariable+"=1", faultsVariable+"="+r.faults)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	text := strings.TrimRight(output.String(), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(text, r.site.root+"/", "/"), "\n")
}

// changing are the parts of the output that no two runs share.
var changing = regexp.MustCompile(strings.Join([]string{
	`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`,
	`[0-9a-f]{64}`,
	`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`,
	`after [0-9.]+(ns|µs|ms|s)\b`,
	`"elapsed_seconds":[0-9.e-]+`,
	`\(process \d+`,
}, "|"))

func steady(line string) string { return changing.ReplaceAllString(line, "…") }

// TestReadmeListsTheBlockTypes keeps the README's table in step with the
// tables of the language.
func TestReadmeListsTheBlockTypes(t *testing.T) {
	const begin, end = "<!-- block types: from schema/tables.go -->\n", "<!-- end of block types -->"
	var rows strings.Builder
	rows.WriteString("| Block | What it declares |\n| --- | --- |\n")
	for _, bt := range schema.Types() {
		fmt.Fprintf(&rows, "| [`%s`](docs/reference/%s.md) | %s |\n", bt.Name, bt.Name, bt.Summary)
	}
	path := filepath.Join(repository, "README.md")
	text := readText(t, path)
	before, rest, found := strings.Cut(text, begin)
	table, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("README.md has no table between %q and %q", begin, end)
	}
	if table == rows.String() {
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+rows.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("README.md: go test ./cmd/ctplan -run Readme -update (-document +tables)\n%s", cmp.Diff(strings.Split(table, "\n"), strings.Split(rows.String(), "\n")))
}

var relativeLink = regexp.MustCompile(`\]\(([^):#]+)(#[^)]*)?\)`)

func TestDocumentLinksLead(t *testing.T) {
	for _, path := range documents(t) {
		for _, m := range relativeLink.FindAllStringSubmatch(readText(t, path), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}
