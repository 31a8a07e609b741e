package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host/hosttest"
)

// wholeMachine are the examples that set max or buckets, which only the
// machine's own network namespace can: there the plan has to say so, and the
// rest of the example is applied without them. TestGlobalLimitsOnTheRealKernel
// sets them for real.
var wholeMachine = map[string]bool{
	"sizing":     true,
	"table-full": true,
}

var limitLine = regexp.MustCompile(`(?m)^ +(max|buckets) += .*\n`)

// TestExamples takes every example through its life in a network namespace:
// checked, planned, applied, nothing more to do, and destroyed without trace.
func TestExamples(t *testing.T) {
	for _, name := range examples(t) {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, "")
			s.copyExample(name)
			s.must(0, "validate")
			s.must(0, "fmt", "-check", "-diff", "-recursive")
			if block := s.reachesBeyond(); block != "" {
				before := s.snapshot()
				if r := s.run("plan", "-detailed-exitcode"); r.code != 1 && r.code != 2 {
					t.Error(r)
				}
				s.same(before, "after a plan")
				t.Logf("planned only: %s blocks change the whole machine (make test-vm applies them)", block)
				return
			}
			s.requireFor()
			if wholeMachine[name] {
				s.refuseLimits()
				s.dropLimits()
			}
			before, rules := s.snapshot(), s.rules()
			s.must(2, "plan", "-detailed-exitcode")
			s.same(before, "after a plan")
			s.sameRules(rules, "after a plan")
			s.must(0, "apply", "-auto-approve")
			s.must(0, "plan", "-detailed-exitcode")
			s.must(0, "drift")
			s.must(0, "destroy", "-auto-approve")
			s.same(before, "after destroy")
			s.sameRules(rules, "after destroy")
		})
	}
}

// beyond are the blocks whose effect no network namespace confines.
var beyond = []string{"kernel_module", "module_blacklist", "dynamic_debug", "tracepoint"}

// reachesBeyond returns the first such block of the site's configuration.
func (s *site) reachesBeyond() string {
	s.t.Helper()
	text := readText(s.t, filepath.Join(s.conf, "main.ctplan.hcl"))
	for _, block := range beyond {
		if strings.Contains("\n"+text, "\n"+block+" \"") {
			return block
		}
	}
	return ""
}

// needs are the programs that some blocks cannot do without.
var needs = map[string]string{
	"notrack":   "iptables-restore",
	"log_rule":  "iptables-restore",
	"log_route": "rsyslogd",
}

// requireFor skips the test where a program is missing that the site's
// configuration needs.
func (s *site) requireFor() {
	s.t.Helper()
	text := readText(s.t, filepath.Join(s.conf, "main.ctplan.hcl"))
	for _, block := range slices.Sorted(maps.Keys(needs)) {
		if strings.Contains("\n"+text, "\n"+block+" \"") {
			_, err := exec.LookPath(needs[block])
			hosttest.Require(s.t, needs[block], err == nil)
		}
	}
}

// rules are the packet filter rules of the site's namespace, as far as there
// is a program to list them.
func (s *site) rules() string {
	s.t.Helper()
	var all strings.Builder
	for _, save := range []string{"iptables-save", "ip6tables-save"} {
		if _, err := exec.LookPath(save); err != nil {
			continue
		}
		out, err := exec.Command("ip", "netns", "exec", s.netns, save).Output()
		if err != nil {
			s.t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if !strings.HasPrefix(line, "#") { // the time
				all.WriteString(line)
			}
		}
	}
	return all.String()
}

// sameRules fails the test when the rules are not as they were before.
func (s *site) sameRules(before, when string) {
	s.t.Helper()
	if diff := cmp.Diff(before, s.rules()); diff != "" {
		s.t.Fatalf("%s, the rules are not as they were:\n%s", when, diff)
	}
}

// examples are the names of the directories below examples.
func examples(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(repository, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if len(names) < 3 {
		t.Fatalf("only %v: this test looks in the wrong place", names)
	}
	return names
}

// copyExample makes an example the site's configuration.
func (s *site) copyExample(name string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.conf, "main.ctplan.hcl")); err != nil {
		s.t.Fatal(err)
	}
	if err := os.CopyFS(s.conf, os.DirFS(filepath.Join(repository, "examples", name))); err != nil {
		s.t.Fatal(err)
	}
}

// refuseLimits expects that the limits of the whole machine are all that is
// wrong with the configuration here.
func (s *site) refuseLimits() {
	s.t.Helper()
	r := s.must(1, "plan")
	all, limits := strings.Count(r.stderr, "Error: "), strings.Count(r.stderr, "cannot be set in this network namespace\n")
	if limits == 0 || limits != all {
		s.t.Errorf("%d of %d errors are about limits: %s", limits, all, r)
	}
}

// dropLimits removes them from the configuration.
func (s *site) dropLimits() {
	s.t.Helper()
	path := filepath.Join(s.conf, "main.ctplan.hcl")
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, limitLine.ReplaceAll(text, nil), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// TestEveryExampleIsListed keeps examples/README.md complete.
func TestEveryExampleIsListed(t *testing.T) {
	text := readText(t, filepath.Join(repository, "examples", "README.md"))
	for _, name := range examples(t) {
		if !strings.Contains(text, "("+name+"/main.ctplan.hcl)") {
			t.Errorf("examples/README.md does not link to %s/main.ctplan.hcl", name)
		}
	}
}
