package view

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
)

// Diagnostic is what ctplan has to say about a configuration, a plan or a
// failure. It is what every command ends up with instead of an error.
type Diagnostic struct {
	Severity planner.Severity
	// Code is the stable name of a finding, or empty.
	Code    string
	Summary string
	// Detail is one or more paragraphs; lines that begin with a blank are
	// shown as they are.
	Detail string
	// Address is the resource that it is about, or empty.
	Address string
	// Subject is the place, Context a larger range to show around it.
	Subject, Context *hcl.Range
	// Expression and EvalContext give the values to show with the snippet.
	Expression  hcl.Expression
	EvalContext *hcl.EvalContext
}

// Sources are the files that snippets are taken from, by the name that
// ranges use.
type Sources map[string]*hcl.File

// FromHCL converts what the language packages report.
func FromHCL(diags hcl.Diagnostics) []Diagnostic {
	out := make([]Diagnostic, 0, len(diags))
	for _, d := range diags {
		severity := planner.SeverityError
		if d.Severity == hcl.DiagWarning {
			severity = planner.SeverityWarning
		}
		out = append(out, Diagnostic{
			Severity:    severity,
			Summary:     d.Summary,
			Detail:      d.Detail,
			Subject:     d.Subject,
			Context:     d.Context,
			Expression:  d.Expression,
			EvalContext: d.EvalContext,
		})
	}
	return out
}

// FromFindings converts the findings of a plan.
func FromFindings(findings []planner.Finding) []Diagnostic {
	out := make([]Diagnostic, 0, len(findings))
	for _, f := range findings {
		out = append(out, Diagnostic{
			Severity: f.Severity,
			Code:     f.Code,
			Summary:  f.Summary,
			Detail:   f.Detail,
			Address:  f.Address,
			Subject:  f.Subject,
		})
	}
	return out
}

// Error is a diagnostic without a place in the configuration.
func Error(summary, detail string) Diagnostic {
	return Diagnostic{Severity: planner.SeverityError, Summary: summary, Detail: detail}
}

// HasErrors reports whether any of the diagnostics is an error.
func HasErrors(diags []Diagnostic) bool {
	for _, d := range diags {
		if d.Severity == planner.SeverityError {
			return true
		}
	}
	return false
}
