package view

import (
	"errors"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/state"
)

func sampleState() *state.File {
	plan := samplePlan()
	target := planner.Sysctl("net/netfilter/nf_conntrack_max")
	main := plan.Next.Resources["conntrack.main"]
	main.Settings = []planner.Setting{
		{Layer: planner.Runtime, Target: target, Attribute: "max", State: planner.Value("262144")},
		{Layer: planner.Boot, Target: planner.FileTarget(bootFile), Part: "net.netfilter.nf_conntrack_max", State: planner.Content("x")},
	}
	plan.Next.Resources["conntrack.main"] = main
	plan.Next.Originals[target.ID()] = planner.Original{Target: target, State: planner.Value("65536")}
	plan.Next.Originals["file:"+bootFile] = planner.Original{Target: planner.FileTarget(bootFile)}
	return &state.File{FormatVersion: "1.0", Version: "0.1.0", Lineage: "l", Serial: 41, UpdatedAt: testTime, Host: plan.Host, Managed: plan.Next}
}

func sampleHistory() []state.Generation {
	plan := samplePlan()
	return []state.Generation{
		{Serial: 1, Damage: errors.New("cut short")},
		{Serial: 2, Time: testTime.Add(time.Hour), Who: "root@web1\x1b", Command: "apply", Summary: "1 added, 1 changed, 1 destroyed", Changes: plan.Changes, Operations: plan.Operations},
	}
}

func TestDocuments(t *testing.T) {
	limits := []*schema.BlockType{{
		Name: "limits", Summary: "Limits of something.",
		Attributes: []schema.Attribute{
			{Name: "max", Type: schema.TypeNumber, Description: "How many there may be.", Required: true, Unit: "entries", Min: new(int64), Key: "net.x.max", Since: "3.10", Until: "6.1", Global: true},
			{Name: "mode", Type: schema.TypeEnum, Default: "off", Enum: []schema.EnumValue{{Word: "off", Kernel: "0"}, {Word: "on", Kernel: "1"}}, Irreversible: "flows are lost"},
		},
		Blocks: []schema.NestedBlock{{Name: "rate", Description: "How fast.", Attributes: []schema.Attribute{{Name: "per", Type: schema.TypeDuration}}}},
	}}
	functions := []schema.FunctionDoc{{
		Name: "max", Group: "Numbers", Description: "The largest.", Example: "max(1, 2)", Result: "2",
		Parameters: []schema.ParameterDoc{}, Variadic: &schema.ParameterDoc{Name: "n", Type: "number"},
	}}
	help := Help{
		Usage: "x [flags]", Description: "Does x.", Example: "x -a   # once",
		Sections: []HelpSection{{Title: "Empty:"}, {Title: "Flags:", Entries: []HelpEntry{{"-a", "short"}, {"-long=VALUE", "a text that is so long that it does not fit on one line of a terminal with eighty columns"}}}},
	}
	for name, f := range map[string]func(*Output){
		"state":           func(o *Output) { StateText(o, sampleState(), nil) },
		"state-detail":    func(o *Output) { StateText(o, sampleState(), []string{"conntrack.main"}) },
		"state-empty":     func(o *Output) { StateText(o, &state.File{}, nil) },
		"state-json":      func(o *Output) { StateJSON(o, sampleState()) },
		"history":         func(o *Output) { HistoryText(o, sampleHistory()) },
		"history-empty":   func(o *Output) { HistoryText(o, nil) },
		"history-one":     func(o *Output) { GenerationText(o, sampleHistory()[1]) },
		"history-json":    func(o *Output) { HistoryJSON(o, sampleHistory()) },
		"graph":           func(o *Output) { Graph(o, samplePlan()) },
		"types":           func(o *Output) { TypesText(o, limits) },
		"type":            func(o *Output) { TypeText(o, limits[0]) },
		"schema-json":     func(o *Output) { SchemaJSON(o, limits) },
		"functions":       func(o *Output) { FunctionsText(o, functions) },
		"functions-json":  func(o *Output) { FunctionsJSON(o, functions) },
		"help":            func(o *Output) { WriteHelp(o, help) },
		"prompt":          func(o *Output) { Prompt(o, planner.ModeNormal); Declined(o, planner.ModeNormal) },
		"prompt-destroy":  func(o *Output) { Prompt(o, planner.ModeDestroy) },
		"prompt-rollback": func(o *Output) { Prompt(o, planner.ModeRollback) },
		"valid":           func(o *Output) { Valid(o, false); Valid(o, true); Forgotten(o, []string{"a.b"}) },
		"version":         func(o *Output) { VersionText(o, VersionInfo{"0.1.0", "abc", "linux_amd64", "6.1.0", "1.0"}) },
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, render(80, false, f)) })
	}
}

func TestConsoleValue(t *testing.T) {
	v := cty.ObjectVal(map[string]cty.Value{
		"list":  cty.TupleVal([]cty.Value{cty.NumberIntVal(1), cty.NullVal(cty.String), cty.EmptyObjectVal}),
		"map":   cty.MapVal(map[string]cty.Value{"a b": cty.StringVal("x\n\x1b")}),
		"set":   cty.SetVal([]cty.Value{cty.True}),
		"later": cty.UnknownVal(cty.String),
	})
	golden(t, "console", render(80, false, func(o *Output) { ConsoleValue(o, v) }))
}

func TestDiff(t *testing.T) {
	before := "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm  \n"
	after := "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn"
	golden(t, "diff", render(80, false, func(o *Output) { Diff(o, "x.ctplan.hcl", []byte(before), []byte(after)) }))
	golden(t, "diff-new", render(80, true, func(o *Output) { Diff(o, "x", nil, []byte("a\tb\x1b\n")) }))
	golden(t, "diff-near", render(80, false, func(o *Output) {
		Diff(o, "x", []byte("1\n2\n3\n4\n5\n6\n7\n8\n"), []byte("1\n2x\n3\n4\n5\n6\n7x\n8\n"))
	}))
}
