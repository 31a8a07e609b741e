package cli

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var testFlags = flagKinds{"json": false, "out": true, "var": true, "chdir": true, "auto-approve": false, "help": false}

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"switch", "plan -json", "plan --json"},
		{"value after equals sign", "plan -out=x -var=a=b", "plan --out=x --var=a=b"},
		{"value as next word", "plan -out x", "plan --out x"},
		{"value that looks like a flag", "plan -var -json -json", "plan --var -json --json"},
		{"value of a double dash flag", "plan --out -json", "plan --out -json"},
		{"value that is empty", "plan -out= -json", "plan --out= --json"},
		{"double dash stays", "plan --json --out=x", "plan --json --out=x"},
		{"shorthand stays", "plan -h", "plan -h"},
		{"lone dash stays", "fmt -", "fmt -"},
		{"negative number stays", "x -1 -2.5", "x -1 -2.5"},
		{"after two dashes nothing is a flag", "plan -json -- -json", "plan --json -- -json"},
		{"two dashes as a value", "plan -var -- -json", "plan --var -- --json"},
		{"global flag first", "-chdir=d plan -json", "--chdir=d plan --json"},
		{"global flag first with its value apart", "-chdir d plan -json", "--chdir d plan --json"},
		{"misspelt flag is named whole", "plan -jsno", "plan --jsno"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(normalize(strings.Fields(c.in), testFlags), " ")
			if got != c.want {
				t.Errorf("normalize(%s) = %s, want %s", c.in, got, c.want)
			}
		})
	}
}

func TestCompletionKeepsTheUnfinishedWord(t *testing.T) {
	for in, want := range map[string]string{
		"__complete plan -out -js":     "__complete plan --out -js",
		"__complete plan -json -js":    "__complete plan --json -js",
		"__completeNoDesc -chdir=d pl": "__completeNoDesc --chdir=d pl",
		"__complete":                   "__complete",
	} {
		if got := strings.Join(normalizeAll(strings.Fields(in), testFlags), " "); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestExtraArgumentsFollowTheCommand(t *testing.T) {
	isCommand := func(path []string) bool {
		return slices.Contains([]string{"plan", "state", "state list"}, strings.Join(path, " "))
	}
	extra := func(path []string) ([]string, error) { return []string{"<" + strings.Join(path, "_") + ">"}, nil }
	for in, want := range map[string]string{
		"plan -json":          "plan <plan> -json",
		"-chdir d plan dir":   "-chdir d plan <plan> dir",
		"-chdir=plan plan x":  "-chdir=plan plan <plan> x",
		"state -json list a":  "state -json list <state_list> a",
		"plan plan":           "plan <plan> plan",
		"-json":               "-json",
		"nonsense plan":       "nonsense plan",
		"-- plan":             "-- plan",
		"-var plan plan -out": "-var plan plan <plan> -out",
	} {
		got, err := insertExtra(strings.Fields(in), testFlags, isCommand, extra)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %s (%v), want %s", in, strings.Join(got, " "), err, want)
		}
	}
	bad := errors.New("bad")
	if _, err := insertExtra([]string{"plan"}, testFlags, isCommand, func([]string) ([]string, error) { return nil, bad }); !errors.Is(err, bad) {
		t.Errorf("the error is %v", err)
	}
}

// Whatever is typed: words keep their number and order, and nothing but a
// dash is ever added.
func FuzzNormalize(f *testing.F) {
	f.Add("plan\n-json\n--\n-out")
	f.Add("-var\n-json\n-=\n---x\n-\n--")
	f.Fuzz(func(t *testing.T, s string) {
		in := strings.Split(s, "\n")
		out := normalize(in, testFlags)
		if len(out) != len(in) {
			t.Fatalf("%q became %q", in, out)
		}
		for i := range in {
			if out[i] != in[i] && out[i] != "-"+in[i] {
				t.Errorf("%q became %q", in[i], out[i])
			}
		}
		if again := normalize(out, testFlags); !slices.Equal(again, out) {
			t.Errorf("twice: %q, once: %q", again, out)
		}
	})
}

// The normaliser reads the command line before it is known which command it
// is for.
func TestAFlagHasTheSameKindInEveryCommand(t *testing.T) {
	kinds := map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			takesValue := f.NoOptDefVal == ""
			if known, seen := kinds[f.Name]; seen && known != takesValue {
				t.Errorf("-%s of %s is a flag of another kind elsewhere", f.Name, cmd.CommandPath())
			}
			kinds[f.Name] = takesValue
			if f.Usage == "" {
				t.Errorf("-%s of %s has no line in the help", f.Name, cmd.CommandPath())
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(&app{Env: &Env{}}))
}

func TestSplitWords(t *testing.T) {
	for in, want := range map[string][]string{
		"":                      nil,
		"  -json  -no-color ":   {"-json", "-no-color"},
		`-var 'a=b c' -var="x"`: {"-var", "a=b c", "-var=x"},
		`a\ b "c\"d" 'e\f' ''`:  {"a b", `c"d`, `e\f`, ""},
	} {
		got, err := splitWords(in)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("splitWords(%s) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{`'a`, `"a`, `a\`} {
		if _, err := splitWords(in); !errors.Is(err, errUnbalanced) {
			t.Errorf("splitWords(%s): %v", in, err)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, address string
		want             bool
	}{
		{"conntrack.main", "conntrack.main", true},
		{"conntrack.main", "conntrack.mains", false},
		{"conntrack", "conntrack.main", false},
		{"conntrack.*", "conntrack.main", true},
		{"*", "module.web.sysctl.x", true},
		{"notrack.dns", `notrack.dns["udp"]`, true},
		{`notrack.dns["udp"]`, `notrack.dns["udp"]`, true},
		{`notrack.dns["udp"]`, `notrack.dns["tcp"]`, false},
		{`notrack.dns["*"]`, `notrack.dns["a.b"]`, true},
		{"module.web", "module.web.sysctl.x", true},
		{"module.web", `module.web["a"].sysctl.x`, true},
		{`module.web["a"]`, `module.web["a"].sysctl.x`, true},
		{"module.web", "module.website.sysctl.x", false},
		{"sysctl.x?", "sysctl.x1", true},
		{"sysctl.x?", "sysctl.x", false},
		{"sysctl.x", "module.web.sysctl.x", false},
		{"*.x", `module.web["q"].sysctl.x`, true},
		{"*a*a*a*a*a*a*b", "sysctl." + strings.Repeat("a", 200), false},
	} {
		if got := glob(c.pattern, c.address); got != c.want {
			t.Errorf("glob(%s, %s) is %v", c.pattern, c.address, got)
		}
	}
}
