package syslog

import (
	"context"
	"reflect"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
)

// dropIn is a file that a block writes as a whole.
type dropIn struct {
	attribute string // that owns it
	path      string
	want      string
	live      *planner.State // nil where there is none
	reload    string         // service that has to read it
	check     func(ctx context.Context, h host.Host, content string) error
}

func (f *dropIn) state() *planner.State { return planner.Content(f.want) }

func (f *dropIn) changes() bool { return !planner.KindFile.Same(f.live, f.state()) }

func (f *dropIn) setting() planner.Setting {
	return planner.Setting{
		Layer: planner.Runtime, Target: planner.FileTarget(f.path), Phase: planner.PhaseFile,
		Attribute: f.attribute, Reload: f.reload, State: f.state(),
	}
}

// rows are the attributes of the block. What a drop-in holds is not read back
// into attributes: before a change they are what was applied last, as long as
// the file is still as it was left.
func (p *proposal) rows(files []*dropIn) {
	prior := p.req.Managed.Resources[p.resource.Address]
	shown := false
	for _, f := range files {
		p.out.Exists = p.out.Exists || f.live != nil
	}
	before := map[string]any{}
	if p.asApplied(prior, files) {
		before = prior.Declared
	}
	table := schema.LookupType(p.resource.Type)
	for _, name := range attributeNames(table) {
		was, had := before[name]
		is, has := p.out.Declared[name]
		if !had && !has || name == "rotate" && !has {
			continue // a file that goes has a row from its setting
		}
		f := files[0]
		if name == "rotate" {
			f = files[len(files)-1]
		}
		row := planner.AttributeValue{Name: name, Layer: planner.Runtime, Before: compact(was), After: compact(is), Key: f.path}
		if !f.changes() {
			row.Before, row.Same = row.After, true
		} else if had && has && reflect.DeepEqual(row.Before, row.After) {
			row.Same = true
		}
		shown = shown || !row.Same
		p.out.Attributes = append(p.out.Attributes, row)
	}
	if shown {
		return
	}
	// The attributes are as they were, and a file is not: somebody has edited
	// it, or this version writes it in another way.
	for _, f := range files {
		if f.changes() {
			p.out.Attributes = append(p.out.Attributes, planner.AttributeValue{
				Name: f.path, Layer: planner.Runtime, Before: text(f.live), After: f.want, Key: f.path,
			})
		}
	}
}

func text(s *planner.State) any {
	if s == nil {
		return nil
	}
	return s.Data
}

// asApplied reports whether the block has been applied before. A file that
// somebody has edited since shows as a row of its own.
func (p *proposal) asApplied(prior planner.ManagedResource, files []*dropIn) bool {
	if len(prior.Settings) == 0 {
		return false
	}
	for _, f := range files {
		if f.live == nil {
			return false
		}
	}
	return true
}

func attributeNames(table *schema.BlockType) []string {
	var out []string
	for _, a := range table.Attributes {
		out = append(out, a.Name)
	}
	for _, b := range table.Blocks {
		out = append(out, b.Name)
	}
	return out
}

// compact leaves out what a nested block does not set.
func compact(v any) any {
	m, is := v.(map[string]any)
	if !is {
		return v
	}
	out := map[string]any{}
	for name, value := range m {
		if value != nil {
			out[name] = value
		}
	}
	return out
}
