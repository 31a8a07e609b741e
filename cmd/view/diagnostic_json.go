package view

import "github.com/hashicorp/hcl/v2"

// jsonDiagnostic has Terraform's names, so that editors and CI annotators
// read it without knowing ctplan; code is ours.
type jsonDiagnostic struct {
	Severity string     `json:"severity"`
	Code     string     `json:"code,omitempty"`
	Summary  string     `json:"summary"`
	Detail   string     `json:"detail"`
	Address  string     `json:"address,omitempty"`
	Range    *jsonRange `json:"range,omitempty"`
	Snippet  *snippet   `json:"snippet,omitempty"`
}

type jsonRange struct {
	Filename string  `json:"filename"`
	Start    jsonPos `json:"start"`
	End      jsonPos `json:"end"`
}

type jsonPos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

func toJSONDiagnostic(d Diagnostic, sources Sources) jsonDiagnostic {
	j := jsonDiagnostic{
		Severity: string(d.Severity),
		Code:     d.Code,
		Summary:  d.Summary,
		Detail:   d.Detail,
		Address:  d.Address,
		Snippet:  newSnippet(d, sources),
	}
	if r := d.Subject; r != nil {
		j.Range = &jsonRange{r.Filename, toJSONPos(r.Start), toJSONPos(r.End)}
	}
	return j
}

func toJSONPos(p hcl.Pos) jsonPos { return jsonPos{p.Line, p.Column, p.Byte} }

// jsonValidation is the document of `validate -json`.
type jsonValidation struct {
	FormatVersion string           `json:"format_version"`
	Valid         bool             `json:"valid"`
	ErrorCount    int              `json:"error_count"`
	WarningCount  int              `json:"warning_count"`
	Diagnostics   []jsonDiagnostic `json:"diagnostics"`
}

// ValidationJSON writes the document of `validate -json`.
func ValidationJSON(out *Output, diags []Diagnostic, sources Sources) {
	doc := jsonValidation{FormatVersion: "1.0", Valid: !HasErrors(diags), Diagnostics: []jsonDiagnostic{}}
	for _, d := range diags {
		if d.Severity == "error" {
			doc.ErrorCount++
		} else {
			doc.WarningCount++
		}
		doc.Diagnostics = append(doc.Diagnostics, toJSONDiagnostic(d, sources))
	}
	writeJSON(out, doc)
}
