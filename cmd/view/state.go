package view

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/state"
)

// StateText shows what ctplan owns: all of it, or with addresses only these
// and in detail.
func StateText(out *Output, f *state.File, addresses []string) {
	p := out.page()
	defer p.flush()
	detailed := addresses != nil
	if !detailed {
		addresses = slices.Sorted(maps.Keys(f.Managed.Resources))
	}
	if len(f.Managed.Resources) == 0 {
		p.text("ctplan owns nothing on this host.")
		return
	}
	for i, a := range addresses {
		if i > 0 {
			p.blank()
		}
		r := f.Managed.Resources[a]
		p.line(text("# ").style(bold, clean(a)+":"))
		p.text(parseAddress(a).block() + " {")
		p.assignments("  ", r.Declared)
		p.text("}")
		if detailed {
			p.settings(r, f.Managed)
		}
	}
}

// settings lists what a resource has set on the host, and what was there.
func (p *page) settings(r planner.ManagedResource, owned planner.Managed) {
	if len(r.Settings) == 0 {
		return
	}
	p.blank()
	p.text("# Settings, with what was found before ctplan:")
	for _, s := range r.Settings {
		l := text("#   " + clean(s.Target.String()) + " ")
		if s.Part != "" {
			l = l.style(faint, "("+clean(s.Part)+") ")
		}
		if s.Target.Kind == planner.KindSysctl && s.State != nil {
			l = l.add("= " + clean(s.State.Data) + " ")
		}
		if o, known := owned.Originals[s.Target.ID()]; known {
			l = l.style(faint, "found "+stateText(s.Target, o.State))
		}
		p.line(l)
	}
}

type stateDocument struct {
	FormatVersion    string      `json:"format_version"`
	TerraformVersion string      `json:"terraform_version"`
	Values           stateValues `json:"values"`
	Ctplan           stateExtras `json:"ctplan"`
}

type stateExtras struct {
	FormatVersion string             `json:"format_version"`
	Version       string             `json:"ctplan_version"`
	Lineage       string             `json:"lineage"`
	Serial        uint64             `json:"serial"`
	UpdatedAt     string             `json:"updated_at,omitempty"`
	Host          planner.Facts      `json:"host"`
	Originals     []planner.Original `json:"originals"`
}

// StateJSON writes what ctplan owns in the envelope of Terraform's state
// JSON.
func StateJSON(out *Output, f *state.File) {
	tree := newModuleTree()
	for _, a := range slices.Sorted(maps.Keys(f.Managed.Resources)) {
		declared := f.Managed.Resources[a].Declared
		if declared == nil {
			declared = map[string]any{}
		}
		tree.add(a, declared, nil)
	}
	doc := stateDocument{
		FormatVersion:    stateJSONVersion,
		TerraformVersion: terraformVersion,
		Values:           stateValues{RootModule: tree.values()},
		Ctplan: stateExtras{
			FormatVersion: f.FormatVersion, Version: f.Version, Lineage: f.Lineage, Serial: f.Serial,
			Host: f.Host, Originals: []planner.Original{},
		},
	}
	if !f.UpdatedAt.IsZero() {
		doc.Ctplan.UpdatedAt = f.UpdatedAt.UTC().Format(time.RFC3339)
	}
	for _, id := range slices.Sorted(maps.Keys(f.Managed.Originals)) {
		doc.Ctplan.Originals = append(doc.Ctplan.Originals, f.Managed.Originals[id])
	}
	writeJSON(out, doc)
}

// HistoryText lists what was applied, newest first.
func HistoryText(out *Output, list []state.Generation) {
	p := out.page()
	defer p.flush()
	if len(list) == 0 {
		p.text("ctplan has not changed this host.")
		return
	}
	table := [][]string{{"SERIAL", "TIME", "COMMAND", "BY", "RESOURCES"}}
	for _, g := range slices.Backward(list) {
		if g.Damage != nil {
			table = append(table, []string{fmt.Sprint(g.Serial), "-", "-", "-", "damaged: " + clean(g.Damage.Error())})
			continue
		}
		table = append(table, []string{
			fmt.Sprint(g.Serial), g.Time.UTC().Format(time.RFC3339), clean(g.Command), clean(g.Who), clean(g.Summary),
		})
	}
	p.table(table)
}

// table writes rows with aligned columns; the first is the heading.
func (p *page) table(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], text(cell).width())
		}
	}
	for i, r := range rows {
		var l line
		at := 0
		for j, cell := range r {
			st := plain
			if i == 0 {
				st = bold
			}
			at += widths[j] + 2
			l = l.style(st, cell).pad(at)
		}
		p.line(l)
	}
}

// GenerationText shows one entry of the history with its changes.
func GenerationText(out *Output, g state.Generation) {
	p := out.page()
	p.line(in(bold, fmt.Sprintf("Serial %d", g.Serial)).add(fmt.Sprintf(": %s by %s at %s", clean(g.Command), clean(g.Who), g.Time.UTC().Format(time.RFC3339))))
	p.text("Resources: " + clean(g.Summary))
	p.blank()
	p.list(g.Changes)
	p.flush()
}

type historyDocument struct {
	FormatVersion string         `json:"format_version"`
	Generations   []historyEntry `json:"generations"`
}

type historyEntry struct {
	Serial       uint64              `json:"serial"`
	Time         string              `json:"time,omitempty"`
	Who          string              `json:"who,omitempty"`
	Command      string              `json:"command,omitempty"`
	PlanID       string              `json:"plan_id,omitempty"`
	ConfigDigest string              `json:"config_digest,omitempty"`
	Summary      string              `json:"summary,omitempty"`
	Damage       string              `json:"damage,omitempty"`
	Changes      []resourceChange    `json:"resource_changes,omitempty"`
	Operations   []planner.Operation `json:"operations,omitempty"`
}

// HistoryJSON writes the history for programs, oldest first.
func HistoryJSON(out *Output, list []state.Generation) {
	doc := historyDocument{FormatVersion: "1.0", Generations: []historyEntry{}}
	for _, g := range list {
		e := historyEntry{
			Serial: g.Serial, Who: g.Who, Command: g.Command, PlanID: g.PlanID,
			ConfigDigest: g.ConfigDigest, Summary: g.Summary, Operations: g.Operations,
		}
		if g.Damage != nil {
			e.Damage = g.Damage.Error()
		} else {
			e.Time = g.Time.UTC().Format(time.RFC3339)
		}
		for _, c := range g.Changes {
			e.Changes = append(e.Changes, newResourceChange(c))
		}
		doc.Generations = append(doc.Generations, e)
	}
	writeJSON(out, doc)
}
