package view

import (
	"encoding/json"
	"time"

	"github.com/ctplan/ctplan/planner"
)

// The plan document of `show -json` has the envelope of Terraform's plan
// JSON, so that policies written for that find their way about. It promises
// the envelope and no more: what only ctplan knows is under "ctplan".
const (
	planJSONVersion  = "1.2"
	stateJSONVersion = "1.0"
	// terraformVersion marks the document as not being Terraform's.
	terraformVersion = "0.0.0-ctplan"
	providerName     = "ctplan.local/ctplan/ctplan"
	typePrefix       = "ctplan_"
)

type planDocument struct {
	FormatVersion    string                    `json:"format_version"`
	TerraformVersion string                    `json:"terraform_version"`
	Variables        map[string]variableValue  `json:"variables,omitempty"`
	PlannedValues    stateValues               `json:"planned_values"`
	ResourceDrift    []resourceChange          `json:"resource_drift,omitempty"`
	ResourceChanges  []resourceChange          `json:"resource_changes"`
	OutputChanges    map[string]changeDocument `json:"output_changes,omitempty"`
	PriorState       priorState                `json:"prior_state"`
	Configuration    configuration             `json:"configuration"`
	Checks           []checkDocument           `json:"checks,omitempty"`
	Timestamp        string                    `json:"timestamp"`
	Applyable        bool                      `json:"applyable"`
	Complete         bool                      `json:"complete"`
	Errored          bool                      `json:"errored"`
	Ctplan           ctplanDocument            `json:"ctplan"`
}

type variableValue struct {
	Value json.RawMessage `json:"value"`
}

type stateValues struct {
	Outputs    map[string]outputValue `json:"outputs,omitempty"`
	RootModule moduleValues           `json:"root_module"`
}

type outputValue struct {
	Sensitive bool `json:"sensitive"`
	Value     any  `json:"value"`
}

type priorState struct {
	FormatVersion    string      `json:"format_version"`
	TerraformVersion string      `json:"terraform_version"`
	Values           stateValues `json:"values"`
}

type resourceChange struct {
	Address         string         `json:"address"`
	PreviousAddress string         `json:"previous_address,omitempty"`
	ModuleAddress   string         `json:"module_address,omitempty"`
	Mode            string         `json:"mode"`
	Type            string         `json:"type"`
	Name            string         `json:"name"`
	Index           *string        `json:"index,omitempty"`
	ProviderName    string         `json:"provider_name"`
	Change          changeDocument `json:"change"`
	ActionReason    string         `json:"action_reason,omitempty"`
}

// changeDocument always has both before and after: readers index them.
type changeDocument struct {
	Actions         []string `json:"actions"`
	Before          any      `json:"before"`
	After           any      `json:"after"`
	AfterUnknown    any      `json:"after_unknown"`
	BeforeSensitive any      `json:"before_sensitive"`
	AfterSensitive  any      `json:"after_sensitive"`
}

// PlanJSON writes the document of `show -json`.
func PlanJSON(out *Output, plan *planner.Plan) { writeJSON(out, newPlanDocument(plan)) }

func newPlanDocument(plan *planner.Plan) planDocument {
	before, after := newModuleTree(), newModuleTree()
	doc := planDocument{
		FormatVersion:    planJSONVersion,
		TerraformVersion: terraformVersion,
		ResourceChanges:  []resourceChange{},
		Configuration:    newConfiguration(plan),
		Timestamp:        plan.CreatedAt.UTC().Format(time.RFC3339),
		Applyable:        ChangesAnything(plan) && len(plan.Errors()) == 0,
		Complete:         true,
		Errored:          len(plan.Errors()) > 0,
		Ctplan:           newCtplanDocument(plan),
	}
	for _, c := range plan.Changes {
		rc := newResourceChange(c)
		doc.ResourceChanges = append(doc.ResourceChanges, rc)
		before.add(c.Address, rc.Change.Before, nil)
		after.add(c.Address, rc.Change.After, plan.Next.Resources[c.Address].Declared)
	}
	for _, c := range plan.Drift {
		doc.ResourceDrift = append(doc.ResourceDrift, newResourceChange(c))
	}
	doc.PriorState = priorState{stateJSONVersion, terraformVersion, stateValues{RootModule: before.values()}}
	doc.PlannedValues.RootModule = after.values()
	for name, raw := range plan.Config.Variables {
		if doc.Variables == nil {
			doc.Variables = map[string]variableValue{}
		}
		doc.Variables[name] = variableValue{raw}
	}
	doc.addOutputs(plan.Outputs)
	for _, c := range plan.Checks {
		doc.Checks = append(doc.Checks, newCheckDocument(c))
	}
	return doc
}

func (doc *planDocument) addOutputs(outputs map[string]any) {
	if len(outputs) == 0 {
		return
	}
	doc.PlannedValues.Outputs = map[string]outputValue{}
	doc.OutputChanges = map[string]changeDocument{}
	for name, v := range outputs {
		doc.PlannedValues.Outputs[name] = outputValue{Value: v}
		// The values of outputs are not kept, so each is as good as new.
		doc.OutputChanges[name] = changeDocument{
			Actions: []string{"create"}, After: v,
			AfterUnknown: false, BeforeSensitive: false, AfterSensitive: false,
		}
	}
}

func newResourceChange(c planner.Change) resourceChange {
	a := parseAddress(c.Address)
	rc := resourceChange{
		Address:         c.Address,
		PreviousAddress: c.PreviousAddress,
		ModuleAddress:   a.module,
		Mode:            "managed",
		Type:            typePrefix + a.typ,
		Name:            a.name,
		ProviderName:    providerName,
		ActionReason:    actionReason(c),
		Change: changeDocument{
			Actions:         []string{string(c.Action)},
			Before:          values(c.Attributes, func(a planner.AttributeValue) any { return a.Before }),
			After:           values(c.Attributes, func(a planner.AttributeValue) any { return a.After }),
			AfterUnknown:    map[string]any{},
			BeforeSensitive: map[string]any{},
			AfterSensitive:  map[string]any{},
		},
	}
	if a.hasKey {
		rc.Index = &a.key
	}
	switch c.Action {
	case planner.ActionCreate:
		rc.Change.Before, rc.Change.BeforeSensitive = nil, false
	case planner.ActionDelete:
		rc.Change.After, rc.Change.AfterSensitive = nil, false
	case planner.ActionNoOp, planner.ActionUpdate, planner.ActionForget:
	}
	return rc
}

// values is one side of a change as an object; what holds at the next boot
// is an object of its own under "boot".
func values(attrs []planner.AttributeValue, side func(planner.AttributeValue) any) map[string]any {
	out, boot := map[string]any{}, map[string]any{}
	for _, a := range attrs {
		v := side(a)
		if a.Ignored {
			v = a.Before // what is ignored stays
		}
		if a.Layer == planner.Boot {
			boot[a.Name] = v
		} else {
			out[a.Name] = v
		}
	}
	if len(boot) > 0 {
		out["boot"] = boot
	}
	return out
}

// actionReason is Terraform's word for why a resource goes.
func actionReason(c planner.Change) string {
	switch {
	case c.Action != planner.ActionDelete || c.Reason == "":
		return ""
	case parseAddress(c.Address).hasKey:
		return "delete_because_each_key"
	}
	return "delete_because_no_resource_config"
}
