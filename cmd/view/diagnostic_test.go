package view

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
)

const sampleSource = `conntrack "main" {
	max     = local.per_gib * var.sizes[each.key].gib
  buckets = 1
}
`

// sampleDiagnostics are an error in an expression, a warning that spans
// lines, an error about a file that is not there, and one without a place.
func sampleDiagnostics(t *testing.T) ([]Diagnostic, Sources) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(sampleSource), "host.ctplan.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	block := file.Body.(*hclsyntax.Body).Blocks[0]
	expr := block.Body.Attributes["max"].Expr
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{
		"local": cty.ObjectVal(map[string]cty.Value{"per_gib": cty.NumberIntVal(99999999)}),
		"var":   cty.ObjectVal(map[string]cty.Value{"sizes": cty.MapVal(map[string]cty.Value{"a\x1b": cty.ObjectVal(map[string]cty.Value{"gib": cty.NumberIntVal(64)})})}),
		"each":  cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal("a\x1b")}),
	}}
	subject, whole, missing := expr.Range(), block.Range(), hcl.Range{Filename: "gone.ctplan.hcl", Start: hcl.Pos{Line: 3, Column: 1, Byte: 40}}
	return []Diagnostic{
		{Severity: planner.SeverityError, Summary: "Value out of range", Address: "conntrack.main", Subject: &subject, Expression: expr, EvalContext: ctx,
			Detail: "nf_conntrack_max must be between 1 and 4294967295 on this kernel, and the value that it was given here is very much larger than that.\n\n  sysctl net.netfilter.nf_conntrack_max"},
		{Severity: planner.SeverityWarning, Code: "ct:x", Summary: "Odd \x1b]0;title\a block", Subject: &whole},
		{Severity: planner.SeverityError, Summary: "Bad file", Subject: &missing, Detail: "Look there."},
		{Severity: planner.SeverityError, Summary: "No state", Address: "sysctl.x"},
	}, Sources{"host.ctplan.hcl": file}
}

func TestDiagnosticText(t *testing.T) {
	diags, sources := sampleDiagnostics(t)
	for name, color := range map[string]bool{"diagnostics": false, "diagnostics-color": true} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, render(80, color, func(o *Output) {
				(&Human{Out: o, Err: o, Sources: sources}).Diagnostics(diags)
			}))
		})
	}
}

func TestWarningsAndErrorsGoToTheirStreams(t *testing.T) {
	diags, sources := sampleDiagnostics(t)
	var out, err strings.Builder
	h := &Human{Out: &Output{W: &out}, Err: &Output{W: &err}, Sources: sources}
	h.Diagnostics(diags)
	if strings.Contains(out.String(), "Error:") || !strings.Contains(out.String(), "Warning:") {
		t.Errorf("standard output: %s", out.String())
	}
	if strings.Contains(err.String(), "Warning:") || strings.Count(err.String(), "Error:") != 3 {
		t.Errorf("standard error: %s", err.String())
	}
}

func TestCompactWarningsAreListed(t *testing.T) {
	diags, sources := sampleDiagnostics(t)
	golden(t, "diagnostics-compact", render(80, false, func(o *Output) {
		(&Human{Out: o, Err: o, Sources: sources, CompactWarnings: true}).Diagnostics(diags[1:2])
	}))
}

func TestValidationJSON(t *testing.T) {
	diags, sources := sampleDiagnostics(t)
	got := render(80, false, func(o *Output) { ValidationJSON(o, diags, sources) })
	golden(t, "validation", got)
	var doc struct{ Diagnostics []struct{ Snippet *snippet } }
	if err := json.Unmarshal(got, &doc); err != nil {
		t.Fatal(err)
	}
	s := doc.Diagnostics[0].Snippet
	if marked := s.Code[s.HighlightStartOffset:s.HighlightEndOffset]; marked != "local.per_gib * var.sizes[each.key].gib" {
		t.Errorf("the highlight is %q", marked)
	}
}

// Ranges come from parsers of broken files; no offset may take the renderer
// out of the source.
func FuzzSnippet(f *testing.F) {
	f.Add("a = 1\nb = 2\n", 0, 3, 2, 100)
	f.Add("", 0, 0, 0, 0)
	f.Add("x\r\n\x00\xff", 3, -1, 5, 2)
	f.Fuzz(func(t *testing.T, src string, start, end, contextStart, contextEnd int) {
		file := &hcl.File{Bytes: []byte(src)}
		at := func(a, b int) *hcl.Range {
			return &hcl.Range{Filename: "f", Start: hcl.Pos{Line: 1, Byte: a}, End: hcl.Pos{Line: 1, Byte: b}}
		}
		d := Diagnostic{Severity: planner.SeverityError, Summary: src, Detail: src, Subject: at(start, end), Context: at(contextStart, contextEnd)}
		got := render(80, false, func(o *Output) {
			(&Human{Out: o, Err: o, Sources: Sources{"f": file}}).Diagnostics([]Diagnostic{d})
		})
		for _, r := range string(got) {
			if r != '\n' && unsafe(r) {
				t.Fatalf("%q reaches the terminal in %q", r, got)
			}
		}
	})
}

// What is not declared has no value to show; what only a host can tell has a
// type, and is named.
func TestUnknownValuesInSnippets(t *testing.T) {
	expr, diags := hclsyntax.ParseExpression([]byte("local.typo + data.host.memory"), "x", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{
		"local": cty.ObjectVal(map[string]cty.Value{"typo": cty.DynamicVal}),
		"data":  cty.ObjectVal(map[string]cty.Value{"host": cty.ObjectVal(map[string]cty.Value{"memory": cty.UnknownVal(cty.Number)})}),
	}}
	got := expressionValues(expr, ctx)
	if len(got) != 1 || got[0].Traversal != "data.host.memory" {
		t.Errorf("got %v", got)
	}
}

func TestExcerptOfALongLine(t *testing.T) {
	long := strings.Repeat("ä", 200) + "HERE" + strings.Repeat("ö", 300)
	at := strings.Index(long, "HERE")
	for name, tc := range map[string]struct {
		code        string
		from, to    int
		marked      string
		first, last bool // whether the line's beginning and end are cut off
	}{
		"short":             {"max = HERE", 6, 10, "HERE", false, false},
		"in the middle":     {long, at, at + 4, "HERE", true, true},
		"at the beginning":  {long, 0, 2, "ä", false, true},
		"at the end":        {long, len(long) - 2, len(long), "ö", true, false},
		"behind the end":    {long, len(long), len(long), "", true, false},
		"longer than shown": {long, 0, len(long), strings.Repeat("ä", maxSourceLine/2), false, true},
	} {
		cut, from, to := excerpt(tc.code, tc.from, tc.to)
		if cut[from:to] != tc.marked || strings.HasPrefix(cut, "...") != tc.first || strings.HasSuffix(cut, "...") != tc.last ||
			len(cut) > maxSourceLine+len("......") || !utf8.ValidString(cut) {
			t.Errorf("%s: %q, marked %q", name, cut, cut[from:to])
		}
	}
}
