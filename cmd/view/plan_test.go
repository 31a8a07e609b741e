package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ctplan/ctplan/planner"
)

type jsonRaw = json.RawMessage

func TestPlanText(t *testing.T) {
	for _, width := range []int{80, 200} {
		for _, color := range []bool{false, true} {
			name := fmt.Sprintf("plan-%d", width)
			if color {
				name += "-color"
			}
			t.Run(name, func(t *testing.T) {
				golden(t, name, render(width, color, func(o *Output) { PlanText(o, samplePlan(), PlanOptions{}) }))
			})
		}
	}
}

func TestPlanTextOptions(t *testing.T) {
	for name, opts := range map[string]PlanOptions{
		"plan-summary":  {Summary: true},
		"plan-full":     {Full: true},
		"plan-commands": {Commands: true, Summary: true},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, render(120, false, func(o *Output) { PlanText(o, samplePlan(), opts) }))
		})
	}
}

func TestPlanTextSaysWhenThereIsNothingToDo(t *testing.T) {
	noop := planner.Change{Address: "conntrack.main", Action: planner.ActionNoOp, Attributes: []planner.AttributeValue{{Name: "max", Before: int64(1), After: int64(2), Ignored: true}}}
	for name, plan := range map[string]*planner.Plan{
		"nochange":          {Mode: planner.ModeNormal},
		"nochange-ignored":  {Mode: planner.ModeNormal, Changes: []planner.Change{noop}},
		"nochange-destroy":  {Mode: planner.ModeDestroy},
		"nochange-rollback": {Mode: planner.ModeRollback},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, render(80, false, func(o *Output) { PlanText(o, plan, PlanOptions{}) }))
		})
	}
}

func TestPlanTextRepeatsTheListOfALongPlan(t *testing.T) {
	plan := &planner.Plan{Mode: planner.ModeNormal}
	for i := range 21 {
		plan.Changes = append(plan.Changes, planner.Change{
			Address: fmt.Sprintf("sysctl.s%02d", i), Action: planner.ActionUpdate,
			Attributes: []planner.AttributeValue{{Name: "value", Layer: planner.Runtime, Before: "0", After: "1"}},
		})
	}
	got := render(80, false, func(o *Output) { PlanText(o, plan, PlanOptions{}) })
	if !bytes.Contains(got, []byte("All changes:\n  ~ sysctl.s00.value  \"0\" -> \"1\"\n")) {
		t.Errorf("the list is missing:\n%s", got)
	}
	plan.Changes = plan.Changes[:20]
	got = render(80, false, func(o *Output) { PlanText(o, plan, PlanOptions{}) })
	if bytes.Contains(got, []byte("All changes:")) {
		t.Error("20 changes repeat the list")
	}
}

func TestPlanTextShowsChangedLinesOfFiles(t *testing.T) {
	plan := &planner.Plan{Mode: planner.ModeRollback, Changes: []planner.Change{{
		Address: "conntrack.main", Action: planner.ActionUpdate,
		Attributes: []planner.AttributeValue{
			{Name: bootFile, Layer: planner.Boot, Before: "a\nb\nc\n", After: "a\nc\nd\n", Key: bootFile},
			{Name: "/etc/gone", Layer: planner.Boot, Before: "x\ny\n", Key: "/etc/gone"},
		},
	}}}
	golden(t, "plan-file", render(80, false, func(o *Output) { PlanText(o, plan, PlanOptions{}) }))
}

// A saved plan must look exactly like the one that it was saved from.
func TestPlanLooksTheSameAfterSaving(t *testing.T) {
	saved, err := planner.Encode(samplePlan())
	if err != nil {
		t.Fatal(err)
	}
	again, err := planner.Decode(saved)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(*Output, *planner.Plan){
		"text": func(o *Output, p *planner.Plan) { PlanText(o, p, PlanOptions{Full: true, Commands: true}) },
		"json": PlanJSON,
	} {
		live := render(100, true, func(o *Output) { f(o, samplePlan()) })
		shown := render(100, true, func(o *Output) { f(o, again) })
		if !bytes.Equal(live, shown) {
			t.Errorf("%s differs:\n%s\n%s", name, live, shown)
		}
	}
}
