package planner

import (
	"encoding/json"
	"time"
)

// FormatVersion is the version of the plan document. Readers ignore unknown
// properties and refuse another major version.
const FormatVersion = "1.0"

// Mode is what a plan is for.
type Mode string

// The modes of a plan.
const (
	ModeNormal   Mode = "normal"
	ModeDestroy  Mode = "destroy"
	ModeRollback Mode = "rollback"
)

// Action is what becomes of a resource.
type Action string

// The actions, with Terraform's names.
const (
	ActionNoOp   Action = "no-op"
	ActionCreate Action = "create"
	ActionUpdate Action = "update"
	ActionDelete Action = "delete"
	// ActionForget drops a resource from the state and leaves the host alone.
	ActionForget Action = "forget"
)

// Change is what becomes of one resource.
type Change struct {
	Address         string `json:"address"`
	PreviousAddress string `json:"previous_address,omitempty"`
	Type            string `json:"type"`
	Action          Action `json:"action"`
	// Reason says why a resource is deleted ("because it is not in configuration").
	Reason     string           `json:"reason,omitempty"`
	Attributes []AttributeValue `json:"attributes"`
	// Irreversible lists what cannot be undone.
	Irreversible []string `json:"irreversible,omitempty"`
	Notes        []string `json:"notes,omitempty"`
}

// Plan is the document that everything downstream works from.
type Plan struct {
	FormatVersion string    `json:"format_version"`
	Version       string    `json:"ctplan_version"`
	CreatedAt     time.Time `json:"created_at"`
	Mode          Mode      `json:"mode"`
	Host          Facts     `json:"host"`
	// Lineage and Serial are those of the state that the plan was made from.
	Lineage string `json:"lineage"`
	Serial  uint64 `json:"serial"`
	// RollbackTo is the serial that a plan in ModeRollback returns to.
	RollbackTo *uint64 `json:"rollback_to,omitempty"`
	// Config is what the plan was made of, so that a saved plan needs no
	// other file: sources by name, variable values, digest over both.
	Config     Config         `json:"config"`
	Changes    []Change       `json:"changes"`
	Drift      []Change       `json:"drift"`
	Findings   []Finding      `json:"findings"`
	Checks     []Check        `json:"checks,omitempty"`
	Outputs    map[string]any `json:"outputs,omitempty"`
	Operations []Operation    `json:"operations"`
	// Next is what ctplan owns once the plan is applied.
	Next Managed `json:"next"`
}

// Config is the configuration inside a plan.
type Config struct {
	Dir       string                     `json:"dir"`
	Digest    string                     `json:"digest"`
	Files     map[string]string          `json:"files,omitempty"`
	Variables map[string]json.RawMessage `json:"variables,omitempty"`
}

// Check is the outcome of a check block.
type Check struct {
	Address string `json:"address"`
	Status  string `json:"status"` // pass, fail, error, unknown
	Message string `json:"message,omitempty"`
}
