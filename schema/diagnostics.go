package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// MergeDiagnostics puts diagnostics together, sorted by file, line and
// column, without repetitions: HCL decoders walk maps, and instances of one
// block repeat each other's mistakes.
func MergeDiagnostics(lists ...hcl.Diagnostics) hcl.Diagnostics {
	all := slices.Concat(lists...)
	slices.SortStableFunc(all, compareDiagnostics)
	return slices.CompactFunc(all, func(a, b *hcl.Diagnostic) bool { return compareDiagnostics(a, b) == 0 })
}

func compareDiagnostics(a, b *hcl.Diagnostic) int {
	return cmp.Or(
		compareRanges(a.Subject, b.Subject),
		cmp.Compare(a.Severity, b.Severity),
		strings.Compare(a.Summary, b.Summary),
		strings.Compare(a.Detail, b.Detail),
	)
}

// compareRanges orders by place; what has no place comes first.
func compareRanges(a, b *hcl.Range) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Or(
		strings.Compare(a.Filename, b.Filename),
		cmp.Compare(a.Start.Line, b.Start.Line),
		cmp.Compare(a.Start.Column, b.Start.Column),
		cmp.Compare(a.End.Line, b.End.Line),
		cmp.Compare(a.End.Column, b.End.Column),
	)
}

// addressed is the Extra of a diagnostic that is about one resource.
type addressed struct {
	address string
	inner   any
}

// UnwrapDiagnosticExtra lets hcl.DiagnosticExtra find what HCL itself added.
func (a addressed) UnwrapDiagnosticExtra() any { return a.inner }

// DiagnosticAddress is the address of the resource that a diagnostic is
// about, or "".
func DiagnosticAddress(d *hcl.Diagnostic) string {
	a, _ := hcl.DiagnosticExtra[addressed](d)
	return a.address
}

// WithAddress says which resource the diagnostics are about.
func WithAddress(address string, diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		if DiagnosticAddress(d) == "" {
			d.Extra = addressed{address, d.Extra}
		}
	}
	return diags
}

// explain completes what is reported on an expression: where, and with which
// values.
func explain(diags hcl.Diagnostics, expr hcl.Expression, ctx *hcl.EvalContext) hcl.Diagnostics {
	for _, d := range diags {
		if d.Subject == nil {
			d.Subject = expr.Range().Ptr()
		}
		if d.Context == nil {
			d.Context = contextOf(*d.Subject, expr.Range())
		}
		if d.Expression == nil {
			d.Expression = expr
		}
	}
	return complete(diags, ctx)
}

// complete adds the values that were in scope, and for unknown functions a
// suggestion: HCL's own depends on the order of a map.
func complete(diags hcl.Diagnostics, ctx *hcl.EvalContext) hcl.Diagnostics {
	for _, d := range diags {
		if d.EvalContext == nil {
			d.EvalContext = ctx
		}
		if unknown, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallUnknownDiagExtra](d); ok {
			explainUnknownFunction(d, unknown)
		}
	}
	return diags
}

// contextOf widens a subject to the whole expression around it.
func contextOf(subject, whole hcl.Range) *hcl.Range {
	if subject.Filename != whole.Filename {
		return nil
	}
	return hcl.RangeOver(subject, whole).Ptr()
}

// impure are functions of Terraform whose results change from one plan to the
// next, or with the machine that plans.
var impure = map[string]bool{"timestamp": true, "plantimestamp": true, "uuid": true, "bcrypt": true, "env": true}

func explainUnknownFunction(d *hcl.Diagnostic, unknown hclsyntax.FunctionCallUnknownDiagExtra) {
	name := unknown.CalledFunctionNamespace() + unknown.CalledFunctionName()
	d.Summary = "Unknown function"
	if impure[name] {
		d.Detail = fmt.Sprintf("ctplan has no function %q: its result would differ from one plan to the next, and no plan would ever be without changes.", name)
		return
	}
	var names []string
	for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
		names = append(names, sortedKeys(ctx.Functions)...)
	}
	d.Detail = fmt.Sprintf("There is no function %q.%s", name, didYouMean(name, names))
}

// didYouMean is a sentence that proposes the nearest name, or "".
func didYouMean(given string, among []string) string {
	if s := suggest(given, among); s != "" {
		return fmt.Sprintf(" Did you mean %q?", s)
	}
	return ""
}

func errorAt(rng hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &rng}
}

// place is a range as messages write it.
func place(r hcl.Range) string {
	return fmt.Sprintf("%s:%d,%d", r.Filename, r.Start.Line, r.Start.Column)
}

// line is the short form of place.
func line(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

func duplicate(what string, at, first hcl.Range) *hcl.Diagnostic {
	return errorAt(at, "Duplicate "+what,
		"%s was already declared at %s. Remove one of the two, or give one another name.", capital(what), place(first))
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
