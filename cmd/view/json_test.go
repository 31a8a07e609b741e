package view

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
)

func TestPlanJSON(t *testing.T) {
	golden(t, "plan-json", render(80, false, func(o *Output) { PlanJSON(o, samplePlan()) }))
}

// Tools that read Terraform's plans must find their way about in ours.
func TestPlanJSONIsReadByTerraformsOwnLibrary(t *testing.T) {
	var p tfjson.Plan
	if err := json.Unmarshal(render(80, false, func(o *Output) { PlanJSON(o, samplePlan()) }), &p); err != nil {
		t.Fatal(err)
	}
	actions := map[string]tfjson.Actions{}
	for _, rc := range p.ResourceChanges {
		actions[rc.Address] = rc.Change.Actions
	}
	for address, is := range map[string]func(tfjson.Actions) bool{
		"conntrack.main":                     tfjson.Actions.Update,
		"conntrack.old":                      tfjson.Actions.Forget,
		"sysctl.gone":                        tfjson.Actions.Delete,
		"sysctl.new":                         tfjson.Actions.Create,
		`module.web["a"].sysctl.swap["x.y"]`: tfjson.Actions.NoOp,
	} {
		if !is(actions[address]) {
			t.Errorf("%s has actions %v", address, actions[address])
		}
	}
	after := p.ResourceChanges[0].Change.After.(map[string]any)
	if after["max"] != 262144.0 {
		t.Errorf("conntrack.main's max will be %v", after["max"])
	}
	child := p.PlannedValues.RootModule.ChildModules[0]
	if child.Address != `module.web["a"]` || child.Resources[0].Index != "x.y" {
		t.Errorf("module %q holds %+v", child.Address, child.Resources[0])
	}
	if p.Config.RootModule.ModuleCalls["web"].Module.Resources[0].Address != "sysctl.swap" {
		t.Error("the configuration lacks the module's resource")
	}
	if p.Checks[0].Status != tfjson.CheckStatusFail {
		t.Errorf("the check is %v", p.Checks[0])
	}
	for _, r := range p.PlannedValues.RootModule.Resources {
		if r.Address == "sysctl.gone" {
			t.Error("a destroyed resource is among the planned values")
		}
	}
}

// checkov and others index both members of every change.
func TestPlanJSONAlwaysHasBeforeAndAfter(t *testing.T) {
	var doc struct {
		ResourceChanges []struct{ Change map[string]json.RawMessage } `json:"resource_changes"`
	}
	if err := json.Unmarshal(render(80, false, func(o *Output) { PlanJSON(o, samplePlan()) }), &doc); err != nil {
		t.Fatal(err)
	}
	for _, rc := range doc.ResourceChanges {
		if rc.Change["before"] == nil || rc.Change["after"] == nil {
			t.Errorf("a side is missing in %s", rc.Change)
		}
	}
}

func TestPlanJSONOfAnEmptyPlan(t *testing.T) {
	var p tfjson.Plan
	if err := json.Unmarshal(render(80, false, func(o *Output) { PlanJSON(o, &planner.Plan{}) }), &p); err != nil {
		t.Error(err)
	}
}

// sampleEvents is an apply whose third step fails and that is rolled back.
func sampleEvents(plan *planner.Plan) []apply.Event {
	ops := plan.Operations
	ms := time.Millisecond
	verify := &apply.VerifyError{Want: planner.Value("86400"), Got: planner.Value("432000")}
	return []apply.Event{
		{Type: apply.EventStepStart, Operation: ops[0], Index: 0, Total: 4},
		{Type: apply.EventStepComplete, Operation: ops[0], Index: 0, Total: 4, Elapsed: 2 * ms},
		{Type: apply.EventStepStart, Operation: ops[1], Index: 1, Total: 4},
		{Type: apply.EventStepComplete, Operation: ops[1], Index: 1, Total: 4, Elapsed: ms},
		{Type: apply.EventStepStart, Operation: ops[2], Index: 2, Total: 4},
		{Type: apply.EventStepError, Operation: ops[2], Index: 2, Total: 4, Elapsed: ms, Err: verify},
		{Type: apply.EventUndoStart, Total: 3, Err: verify},
		{Type: apply.EventUndoStep, Operation: ops[2].Inverse(), Index: 2, Total: 3},
		{Type: apply.EventUndoError, Operation: ops[1].Inverse(), Index: 1, Total: 3, Err: errors.New("it is gone")},
		{Type: apply.EventUndoStep, Operation: ops[0].Inverse(), Index: 0, Total: 3, Elapsed: 1500 * ms},
		{Type: apply.EventUndoComplete, Total: 3},
	}
}

func play(v View) {
	plan := samplePlan()
	v.Plan(plan, PlanOptions{Summary: true})
	v.Diagnostics(FromFindings(plan.Findings))
	v.Begin(plan)
	for _, e := range sampleEvents(plan) {
		v.Progress(e)
	}
	v.Note("a note")
	for _, r := range []Result{Applied, RolledBack, Stopped, Incomplete} {
		v.Outcome(Outcome{Result: r, Mode: planner.ModeNormal, Plan: plan, Serial: 41, Residues: []apply.Residue{{
			Target: planner.Sysctl("net/netfilter/nf_conntrack_max"), Want: planner.Value("65536"), Got: planner.Value("262144"), Err: errors.New("permission denied"),
		}}})
	}
}

func TestStream(t *testing.T) {
	got := render(80, false, func(o *Output) {
		s := &Stream{Out: o, Now: func() time.Time { return testTime }}
		s.Start("0.1.0")
		play(s)
	})
	golden(t, "stream", got)
	for line := range slices.Values(splitLines(string(got))) {
		var m map[string]any
		if line == "" {
			continue
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil || m["@module"] != "ctplan.ui" || m["type"] == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestProgressText(t *testing.T) {
	for name, color := range map[string]bool{"progress": false, "progress-color": true} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, render(80, color, func(o *Output) { play(Multi{&Human{Out: o, Err: o}}) }))
		})
	}
}

func TestDriftText(t *testing.T) {
	golden(t, "drift", render(80, false, func(o *Output) { DriftText(o, samplePlan(), PlanOptions{}) }))
	golden(t, "drift-none", render(80, false, func(o *Output) { DriftText(o, &planner.Plan{}, PlanOptions{}) }))
}
