package planner

import "github.com/hashicorp/hcl/v2"

// Severity of a finding.
type Severity string

// An error finding stops the plan; a warning is shown with it.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Finding is something that the analysis of a plan has to say: a declared
// thing that cannot be had, or one that will not do what its author expects.
type Finding struct {
	Severity Severity `json:"severity"`
	// Code is stable ("ct:buckets-ratio"), for policies and suppression.
	Code    string `json:"code"`
	Summary string `json:"summary"`
	// Detail says why, and what to do.
	Detail  string     `json:"detail"`
	Address string     `json:"address,omitempty"`
	Subject *hcl.Range `json:"subject,omitempty"`
}
