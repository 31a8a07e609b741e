package schema

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// Sources that recurse deeply are refused or evaluated, never fatal.
func TestDeepSourcesAreBearable(t *testing.T) {
	repeat := strings.Repeat
	local := func(expr string) string { return "locals {\n  b = [1]\n  a = " + expr + "\n}\n" }
	for name, tc := range map[string]struct {
		file, source string
		refused      bool
	}{
		"parentheses":          {"a.ctplan.hcl", local(repeat("(", 1e5)), true},
		"lists":                {"a.ctplan.hcl", local(repeat("[", 1e5)), true},
		"objects":              {"a.ctplan.hcl", local(repeat("{a=", 1e5)), true},
		"negations":            {"a.ctplan.hcl", local(repeat("!", 1e5) + "true"), true},
		"conditions":           {"a.ctplan.hcl", local(repeat("true?1:", 1e5) + "1"), true},
		"sums":                 {"a.ctplan.hcl", local(repeat("1+", 1e5) + "1"), true},
		"indexes":              {"a.ctplan.hcl", local("local.b" + repeat("[local.b]", 1e5)), true},
		"splats":               {"a.ctplan.hcl", local("local.b" + repeat(".*", 1e5)), true},
		"templates":            {"a.ctplan.hcl", local(`"` + repeat(`${"`, 1e5)), true},
		"directives":           {"a.ctplan.hcl", local(`"` + repeat(`%{if true}`, 1e5) + `"`), true},
		"blocks":               {"a.ctplan.hcl", repeat("a {\n", 1e5), true},
		"JSON arrays":          {"a.ctplan.json", repeat("[", 1e5), true},
		"JSON template":        {"a.ctplan.json", `{"locals": {"a": "${` + repeat("(", 1e5) + `"}}`, true},
		"JSON hidden template": {"a.ctplan.json", `{"locals": {"a": "\u0024{` + repeat(`\u0028`, 1e5) + `"}}`, true},
		"JSON type":            {"a.ctplan.json", `{"variable": {"a": {"type": "` + repeat("!", 1e5) + `"}}}`, true},
		"many lines":           {"a.ctplan.hcl", "locals {\n" + lines(5000) + "}\n", false},
		"long list":            {"a.ctplan.hcl", local("[" + repeat("-1 + 2, ", 1e4) + "1]"), false},
		"long text":            {"a.ctplan.hcl", local(`"` + repeat("${1 + 1} ((", 2000) + `"`), false},
		"many directives":      {"a.ctplan.hcl", local(`"` + repeat(`%{if true}x%{else}y%{endif}`, 5000) + `"`), false},
		"JSON text":            {"a.ctplan.json", `{"locals": {"a": "` + repeat("(-!", 1e5) + `"}}`, false},
		"separators":           {"a.ctplan.hcl", repeat("# "+repeat("-", 500)+"\n", 100) + local("1"), false},
	} {
		t.Run(name, func(t *testing.T) {
			c, diags := Load(files(tc.file, tc.source))
			if diags.HasErrors() != tc.refused {
				t.Fatalf("%.300v", diags)
			}
			if _, diags := c.Evaluate(context.Background(), Options{}); diags.HasErrors() {
				t.Fatalf("%.300v", diags)
			}
		})
	}
}

func TestLongChainsOfReferences(t *testing.T) {
	for n, refused := range map[int]bool{1000: false, 50000: true} {
		var b strings.Builder
		b.WriteString("locals {\n  x0 = 1\n")
		for i := range n {
			fmt.Fprintf(&b, "  x%d = local.x%d\n", i+1, i)
		}
		b.WriteString("}\n")
		c, diags := Load(files("a.ctplan.hcl", b.String()))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		// The last pulls all others.
		_, diags = c.Eval(context.Background(), Options{}, fmt.Sprintf("local.x%d", n))
		if diags.HasErrors() != refused {
			t.Errorf("%d references: %v", n, diags)
		}
		for _, d := range diags {
			if d.Summary != "Chain of references too long" {
				t.Error(d)
			}
		}
	}
}

// lines are n definitions.
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  x%d = -1 + 2\n", i)
	}
	return b.String()
}
