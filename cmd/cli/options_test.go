package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
)

// parse runs one command's parser and returns the options that its work
// would get.
func parse[O any](t *testing.T, dir string, build func(*app, func(context.Context, *O) error) *cobra.Command, args string) (*O, globals, error) {
	t.Helper()
	a := &app{Env: &Env{Dir: dir, Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}}
	root := newRoot(a)
	var got *O
	cmd := build(a, func(_ context.Context, o *O) error { got = o; return nil })
	for _, c := range root.Commands() {
		if c.Name() == cmd.Name() {
			root.RemoveCommand(c)
		}
	}
	root.AddCommand(cmd)
	words, err := splitWords(args)
	if err != nil {
		t.Fatal(err)
	}
	root.SetArgs(normalizeAll(append([]string{cmd.Name()}, words...), allFlags(root)))
	err = root.ExecuteContext(context.Background())
	return got, a.globals, flagMistake(root, err)
}

// optionsCase is a command line with the options that come of it, or with a
// part of the error.
type optionsCase[O any] struct {
	args string
	want O
	err  string
}

func checkOptions[O any](t *testing.T, build func(*app, func(context.Context, *O) error) *cobra.Command, cases []optionsCase[O]) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "conf"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		got, _, err := parse(t, dir, build, c.args)
		if c.err != "" {
			var usage *usageError
			if err == nil || !errors.As(err, &usage) || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: error %v, want one with %q", c.args, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.args, err)
			continue
		}
		everything := cmp.Exporter(func(reflect.Type) bool { return true })
		if diff := cmp.Diff(&c.want, got, everything); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.args, diff)
		}
	}
}

func TestPlanOptions(t *testing.T) {
	normal := request{mode: planner.ModeNormal}
	withPath := normal
	withPath.path = "conf"
	vars := normal
	vars.variables.list = []variableFlag{{false, "a=[1,2]"}, {true, "x.ctvars"}, {false, "b="}}
	targets := normal
	targets.selection.targets = []string{"a.b,c", "d.*"}
	checkOptions(t, newPlan, []optionsCase[planOptions]{
		{args: "", want: planOptions{request: normal}},
		{args: "conf -out=p -detailed-exitcode", want: planOptions{request: withPath, out: "p", detailedExitcode: true}},
		{args: "-destroy", want: planOptions{request: request{mode: planner.ModeDestroy}, destroy: true}},
		{args: "-var 'a=[1,2]' -var-file=x.ctvars --var b=", want: planOptions{request: vars}},
		{args: "-target a.b,c -target=d.*", want: planOptions{request: targets}},
		{args: "-json -strict-checks", want: planOptions{request: normal, view: viewFlags{json: true}, strictChecks: true}},
		{args: "-summary -full -commands -compact-warnings -json-into f", want: planOptions{request: normal,
			view: viewFlags{jsonInto: "f", compactWarnings: true, plan: view.PlanOptions{Summary: true, Full: true, Commands: true}}}},
		{args: "-json false", want: planOptions{request: request{mode: planner.ModeNormal, path: "false"}, view: viewFlags{json: true}}},
		{args: "-json -json-into=f", err: "cannot be combined"},
		{args: "-target a -exclude b", err: "cannot be combined"},
		{args: "a b", err: "one argument too many"},
		{args: "-jsno", err: "Did you mean -json?"},
		{args: "-out", err: "-out needs a value"},
		{args: "-refresh=false", err: "no flag -refresh"},
		{args: "-color=blue", err: "-color=blue is not known"},
		{args: "-lock-timeout=soon", err: `cannot be "soon"`},
	})
}

func TestApplyOptions(t *testing.T) {
	base := func(change func(*applyOptions)) applyOptions {
		o := applyOptions{command: "apply", input: true, request: request{mode: planner.ModeNormal}}
		if change != nil {
			change(&o)
		}
		return o
	}
	checkOptions(t, newApply, []optionsCase[applyOptions]{
		{args: "", want: base(nil)},
		{args: "conf", want: base(func(o *applyOptions) { o.path = "conf" })},
		{args: "x.ctplan.hcl", want: base(func(o *applyOptions) { o.path = "x.ctplan.hcl" })},
		{args: "tonight.plan", want: base(func(o *applyOptions) { o.planFile = "tonight.plan" })},
		{args: "-auto-approve -input=false", want: base(func(o *applyOptions) { o.autoApprove, o.input = true, false })},
		{args: "-resume", want: base(func(o *applyOptions) { o.resume = true })},
		{args: "-expect-no-changes -detailed-exitcode", want: base(func(o *applyOptions) { o.expectNoChanges, o.detailedExitcode = true, true })},
		{args: "-json", err: "cannot ask for approval"},
		{args: "-json tonight.plan", want: base(func(o *applyOptions) { o.view.json, o.planFile = true, "tonight.plan" })},
		{args: "tonight.plan -var a=b", err: "belong to `ctplan plan`"},
		{args: "tonight.plan -target a.b", err: "belong to `ctplan plan`"},
		{args: "-resume conf", err: "no other can be named"},
	})
}

func TestDestroyOptions(t *testing.T) {
	checkOptions(t, newDestroy, []optionsCase[applyOptions]{
		{args: "-auto-approve", want: applyOptions{command: "destroy", input: true, autoApprove: true, request: request{mode: planner.ModeDestroy}}},
		{args: "conf", err: "one argument too many"},
		{args: "-var a=b", err: "no flag -var"},
	})
}

func TestDriftOptions(t *testing.T) {
	checkOptions(t, newDrift, []optionsCase[driftOptions]{
		{args: "-ignore=a.b.c conf", want: driftOptions{request: request{mode: planner.ModeNormal, path: "conf"}, ignore: []string{"a.b.c"}}},
		{args: "-out=x", err: "no flag -out"},
	})
}

func TestRollbackOptions(t *testing.T) {
	checkOptions(t, newRollback, []optionsCase[rollbackOptions]{
		{args: "", want: rollbackOptions{to: -1, input: true}},
		{args: "-to=0 -force", want: rollbackOptions{to: 0, force: true, input: true}},
		{args: "-to=-2", err: "-to=-2 is not a serial"},
		{args: "-json", err: "cannot ask for approval"},
	})
}

func TestOptionsOfCommandsThatInspect(t *testing.T) {
	checkOptions(t, newShow, []optionsCase[showOptions]{
		{args: "-json p", want: showOptions{file: "p", json: true}},
		{args: "-rules", want: showOptions{rules: true}},
		{args: "-full -summary -commands", want: showOptions{plan: view.PlanOptions{Summary: true, Full: true, Commands: true}}},
	})
	checkOptions(t, newHistory, []optionsCase[historyOptions]{
		{args: "41 -json", want: historyOptions{serial: 41, json: true}},
		{args: "x", err: "is not a serial"},
	})
	checkOptions(t, newSchema, []optionsCase[schemaOptions]{
		{args: "-json conntrack", want: schemaOptions{typ: "conntrack", json: true}},
		{args: "-functions conntrack", err: "belong to no block type"},
	})
	checkOptions(t, newGraph, []optionsCase[graphOptions]{
		{args: "-plan=p", want: graphOptions{request: request{mode: planner.ModeNormal}, planFile: "p"}},
	})
	checkOptions(t, newVersion, []optionsCase[versionOptions]{{args: "-json", want: versionOptions{json: true}}})
	checkOptions(t, newStateList, []optionsCase[stateOptions]{{args: "a b", want: stateOptions{patterns: []string{"a", "b"}}}})
	checkOptions(t, newStateRm, []optionsCase[stateOptions]{{args: "", err: "needs an address"}})
}

func TestOptionsOfCommandsForAuthors(t *testing.T) {
	checkOptions(t, newValidate, []optionsCase[validateOptions]{
		{args: "-json conf -var a=b", want: validateOptions{path: "conf", json: true, variables: variableFlags{[]variableFlag{{false, "a=b"}}}}},
	})
	checkOptions(t, newFmt, []optionsCase[fmtOptions]{
		{args: "", want: fmtOptions{paths: []string{}, list: true, write: true}},
		{args: "-check -diff -recursive -list=false -write=false a -", want: fmtOptions{paths: []string{"a", "-"}, check: true, diff: true, recursive: true}},
	})
	checkOptions(t, newConsole, []optionsCase[consoleOptions]{{args: "conf", want: consoleOptions{path: "conf"}}})
}

func TestGlobalFlags(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, got, err := parse(t, dir, newVersion, "-chdir=d -state-dir s -lock-timeout=2s -no-color -netns n -root=r -color=never")
	if err != nil {
		t.Fatal(err)
	}
	want := globals{chdir: "d", stateDir: "s", lockTimeout: 2 * time.Second, noColor: true, netns: "n", root: "r", color: "never"}
	if got != want {
		t.Errorf("got %+v", got)
	}
}

func TestStateDirectory(t *testing.T) {
	for _, c := range []struct {
		name    string
		globals globals
		environ []string
		want    string
	}{
		{"default", globals{}, nil, "/var/lib/ctplan"},
		{"below the root", globals{root: "/mnt"}, nil, "/mnt/var/lib/ctplan"},
		{"relative root", globals{root: "mnt", chdir: "d"}, nil, "/work/d/mnt/var/lib/ctplan"},
		{"namespace", globals{netns: "blue"}, nil, "/var/lib/ctplan/netns/blue"},
		{"namespace by path", globals{netns: "/run/netns/blue"}, nil, "/var/lib/ctplan/netns/blue"},
		{"namespace of a process", globals{netns: "/proc/1/ns/net"}, nil, "/var/lib/ctplan/netns/proc-1-ns-net"},
		{"environment", globals{netns: "blue"}, []string{"CTPLAN_STATE_DIR=/e"}, "/e"},
		{"flag wins", globals{stateDir: "s"}, []string{"CTPLAN_STATE_DIR=/e"}, "/work/s"},
	} {
		a := &app{Env: &Env{Dir: "/work", Environ: c.environ}, globals: c.globals}
		if got := a.stateDirectory().Path(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestColour(t *testing.T) {
	for _, c := range []struct {
		name    string
		globals globals
		environ []string
		tty     bool
		want    bool
	}{
		{"terminal", globals{color: "auto"}, nil, true, true},
		{"pipe", globals{color: "auto"}, nil, false, false},
		{"always", globals{color: "always"}, []string{"NO_COLOR=1"}, false, true},
		{"never", globals{color: "never"}, nil, true, false},
		{"-no-color wins", globals{color: "always", noColor: true}, nil, true, false},
		{"NO_COLOR", globals{color: "auto"}, []string{"NO_COLOR=1"}, true, false},
		{"empty NO_COLOR", globals{color: "auto"}, []string{"NO_COLOR="}, true, true},
		{"dumb terminal", globals{color: "auto"}, []string{"TERM=dumb"}, true, false},
	} {
		a := &app{Env: &Env{Environ: c.environ}, globals: c.globals}
		if got := a.output(nil, c.tty).Color; got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
