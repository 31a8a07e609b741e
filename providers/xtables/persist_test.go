package xtables

import (
	"context"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootrules"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
)

func TestPersistIsTheBootLayer(t *testing.T) {
	installed := func(h *host.Fake) {
		for _, s := range bootrules.Settings("") {
			h.SetFile(s.Target.Name, s.State.Data)
		}
	}
	off := values{"persist": cty.False}
	applied := planner.Managed{Resources: map[string]planner.ManagedResource{"notrack.dns": {Settings: bootrules.Settings("")}}}
	for name, c := range map[string]struct {
		facts    planner.Facts
		attrs    values
		managed  planner.Managed
		prepare  func(*host.Fake)
		exists   bool
		rows     int
		before   any
		after    any
		same     bool
		settings int
	}{
		"new":                      {facts: planner.Facts{InitNetns: true}, rows: 1, after: true, settings: 2},
		"applied":                  {facts: planner.Facts{InitNetns: true}, managed: applied, prepare: installed, exists: true, rows: 1, before: true, after: true, same: true, settings: 2},
		"applied, the files gone":  {facts: planner.Facts{InitNetns: true}, managed: applied, exists: true, rows: 1, before: false, after: true, settings: 2},
		"given up":                 {facts: planner.Facts{InitNetns: true}, attrs: off, managed: applied, prepare: installed, exists: true, rows: 1, before: true, after: false},
		"never wanted":             {facts: planner.Facts{InitNetns: true}, attrs: off, exists: true, rows: 1, before: false, after: false, same: true},
		"below a root":             {facts: planner.Facts{Root: "/srv/image"}, rows: 1, after: true, settings: 2},
		"in a namespace, no layer": {facts: planner.Facts{Root: "/"}, managed: applied, exists: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := host.NewFake(c.facts)
			if c.prepare != nil {
				c.prepare(h)
			}
			p := &proposer{}
			p.req.Host, p.req.Facts, p.req.Managed = h, c.facts, c.managed
			w := &want{resource: resource("notrack", "dns", c.attrs)}
			// A declared attribute has a row of the runtime layer, which goes.
			out := planner.Proposal{Exists: c.exists, Attributes: []planner.AttributeValue{{Name: "persist", Layer: planner.Runtime, After: true}}}
			p.persist(context.Background(), w, &out)
			if len(out.Attributes) != c.rows || len(out.Settings) != c.settings {
				t.Fatalf("%d rows and %d settings, want %d and %d", len(out.Attributes), len(out.Settings), c.rows, c.settings)
			}
			if c.rows == 0 {
				return
			}
			if r := out.Attributes[0]; r.Layer != planner.Boot || r.Before != c.before || r.After != c.after || r.Same != c.same {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestBothRuleBlocksCanPersist(t *testing.T) {
	for _, typ := range (Provider{}).Types() {
		found := false
		for _, a := range schema.LookupType(typ).Attributes {
			found = found || a.Name == persistAttribute && a.Type == schema.TypeBool && a.Default == "true"
		}
		if !found {
			t.Errorf("%s has no attribute %s that is on by default", typ, persistAttribute)
		}
	}
}
