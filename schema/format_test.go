package schema

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

func TestFormat(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"aligns and indents": {
			"conntrack \"a\" {\nmax=1\n  buckets =2 # two\n}\n",
			"conntrack \"a\" {\n  max     = 1\n  buckets = 2 # two\n}\n"},
		"ends with one newline":            {"a = 1\n\n\n", "a = 1\n"},
		"adds a newline":                   {"a = 1", "a = 1\n"},
		"empty stays empty":                {"", ""},
		"blanks alone become nothing":      {"\n \n", ""},
		"unwraps an interpolation":         {"a = \"${var.x}\"\n", "a = var.x\n"},
		"unwraps with strip markers":       {"a = \"${~ var.x ~}\"\n", "a = var.x\n"},
		"unwraps a call":                   {"a = \"${max(1, 2)}\"\n", "a = max(1, 2)\n"},
		"unwraps twice":                    {"a = \"${\"${var.x}\"}\"\n", "a = var.x\n"},
		"unwraps inside a list":            {"a = [\"${var.x}\", \"${1 + 2}\"]\n", "a = [var.x, (1 + 2)]\n"},
		"unwraps an operation":             {"a = \"${1 + 2}\"\n", "a = 1 + 2\n"},
		"keeps precedence":                 {"a = \"${1 + 2}\" * 3\n", "a = (1 + 2) * 3\n"},
		"keeps what spans lines together":  {"a = \"${\n1\n}\"\n", "a = 1\n"},
		"brackets what spans lines":        {"a = \"${1 +\n2}\"\n", "a = (1 +\n2)\n"},
		"leaves templates alone":           {"a = \"x${var.x}\"\n", "a = \"x${var.x}\"\n"},
		"unwraps inside a template":        {"a = \"x${\"${var.x}\"}\"\n", "a = \"x${var.x}\"\n"},
		"leaves keys alone":                {"a = { \"${var.x}\" = 1 }\n", "a = { \"${var.x}\" = 1 }\n"},
		"leaves comments alone":            {"a = \"${/* why */ var.x}\"\n", "a = \"${/* why */ var.x}\"\n"},
		"keeps comments around":            {"# lead\na = \"${var.x}\" # tail\n", "# lead\na = var.x # tail\n"},
		"replaces Windows line ends":       {"# c\r\na = 1\r\nb {\r\n}\r\n", "# c\na = 1\nb {\n}\n"},
		"keeps line ends inside heredocs":  {"a = <<EOT\r\nx\r\nEOT\r\n", "a = <<EOT\nx\r\nEOT\n"},
		"does not touch escaped templates": {"a = \"$${x}\"\n", "a = \"$${x}\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, diags := Format("a.ctplan.hcl", []byte(c.source))
			if diags.HasErrors() || string(got) != c.want {
				t.Errorf("got %q, want %q; %v", got, c.want, diags)
			}
		})
	}
}

func TestFormatRefuses(t *testing.T) {
	for name, source := range map[string]string{
		"a.ctplan.hcl":  "conntrack \"a\" {\n",
		"b.ctplan.hcl":  "a = \"${\"",
		"c.ctplan.json": "{}",
	} {
		got, diags := Format(name, []byte(source))
		if got != nil || !diags.HasErrors() || diags[0].Subject == nil || diags[0].Subject.Filename != name {
			t.Errorf("%s: got %q, %v", name, got, diags)
		}
	}
}

// FuzzFormat holds the formatter to its word: it never changes what a file
// means, and formatting twice changes nothing.
func FuzzFormat(f *testing.F) {
	seed(f, ".ctplan.hcl")
	for _, s := range []string{
		"a = \"${b}\"", "a = [\"${b + 1}\", \"${\nc}\"]", "a = {\"${b}\" = \"${c}\"}", "a = \"${\"${b}\"}\"[0]",
		"a=<<X\r\n${b}\r\nX\r\n", "a = \"${b ? 1 : 2}\" == 1 # c", "a = -\"${-1}\"",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		before, diags := parse("a.ctplan.hcl", src)
		out, refused := Format("a.ctplan.hcl", src)
		if diags.HasErrors() != refused.HasErrors() {
			t.Fatalf("parsing: %v\nformatting: %v", diags, refused)
		}
		if refused.HasErrors() {
			return
		}
		again, diags := Format("a.ctplan.hcl", out)
		if diags.HasErrors() || string(again) != string(out) {
			t.Errorf("once  %q\ntwice %q, %v", out, again, diags)
		}
		after, diags := parse("a.ctplan.hcl", out)
		if diags.HasErrors() {
			t.Fatalf("%q: %v", out, diags)
		}
		if x, y := meaning(before.Body.(*hclsyntax.Body)), meaning(after.Body.(*hclsyntax.Body)); x != y {
			t.Errorf("%q means\n%s\nand not\n%s", out, y, x)
		}
	})
}

// meaning writes a body's values and references down, whatever its layout.
func meaning(body *hclsyntax.Body) string {
	var b strings.Builder
	for _, name := range sortedKeys(body.Attributes) {
		expr := body.Attributes[name].Expr
		v, diags := expr.Value(&hcl.EvalContext{Variables: map[string]cty.Value{}})
		b.WriteString(name + "=")
		if !diags.HasErrors() {
			b.WriteString(v.GoString())
		}
		for _, tr := range expr.Variables() {
			b.WriteString(" " + tr.RootName())
		}
		b.WriteString("\n")
	}
	for _, block := range body.Blocks {
		b.WriteString(block.Type + strings.Join(block.Labels, ",") + "{\n" + meaning(block.Body) + "}\n")
	}
	return b.String()
}
