package view

import (
	"slices"

	"github.com/ctplan/ctplan/planner"
)

// ctplanDocument is what Terraform's envelope has no place for.
type ctplanDocument struct {
	FormatVersion string            `json:"format_version"`
	Version       string            `json:"ctplan_version"`
	PlanID        string            `json:"plan_id"`
	Mode          planner.Mode      `json:"mode"`
	Lineage       string            `json:"lineage"`
	Serial        uint64            `json:"serial"`
	Host          planner.Facts     `json:"host"`
	Changes       []ctplanChange    `json:"changes"`
	Operations    []ctplanOperation `json:"operations"`
	Findings      []jsonDiagnostic  `json:"findings,omitempty"`
}

type ctplanChange struct {
	Address      string      `json:"address"`
	Reversible   bool        `json:"reversible"`
	Irreversible []string    `json:"irreversible,omitempty"`
	Reason       string      `json:"reason,omitempty"`
	Notes        []string    `json:"notes,omitempty"`
	Reverse      []string    `json:"reverse"`
	Keys         []ctplanKey `json:"keys"`
}

// ctplanKey is a target that a change touches, as the host holds it now.
type ctplanKey struct {
	Path      string         `json:"path"`
	BeforeRaw *planner.State `json:"before_raw"`
}

type ctplanOperation struct {
	planner.Operation
	Commands []string `json:"commands"`
	Undo     []string `json:"undo"`
}

func newCtplanDocument(plan *planner.Plan) ctplanDocument {
	doc := ctplanDocument{
		FormatVersion: plan.FormatVersion, Version: plan.Version, PlanID: plan.ID(), Mode: plan.Mode,
		Lineage: plan.Lineage, Serial: plan.Serial, Host: plan.Host,
		Changes: []ctplanChange{}, Operations: []ctplanOperation{},
	}
	for _, op := range plan.Operations {
		doc.Operations = append(doc.Operations, ctplanOperation{op, op.Shell(), op.Inverse().Shell()})
	}
	for _, c := range plan.Changes {
		doc.Changes = append(doc.Changes, newCtplanChange(c, plan.Operations))
	}
	for _, d := range FromFindings(plan.Findings) {
		doc.Findings = append(doc.Findings, toJSONDiagnostic(d, nil))
	}
	return doc
}

// newCtplanChange gathers the operations of a change; the undo runs them
// backwards.
func newCtplanChange(c planner.Change, ops []planner.Operation) ctplanChange {
	out := ctplanChange{
		Address: c.Address, Reversible: len(c.Irreversible) == 0, Irreversible: c.Irreversible,
		Reason: c.Reason, Notes: c.Notes, Reverse: []string{}, Keys: []ctplanKey{},
	}
	for _, op := range ops {
		if slices.Contains(op.Addresses, c.Address) {
			out.Reverse = append(op.Inverse().Shell(), out.Reverse...)
			out.Keys = append(out.Keys, ctplanKey{op.Target.String(), op.Before})
		}
	}
	return out
}
