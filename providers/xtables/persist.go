package xtables

import (
	"context"
	"slices"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootrules"
	"github.com/ctplan/ctplan/schema"
)

// persistAttribute is the attribute that says whether rules survive a boot.
const persistAttribute = "persist"

// persists reports whether a resource's rules are to come back after a boot,
// as they do unless it says otherwise.
func persists(r *schema.Resource) bool {
	on, set := r.Bool(persistAttribute)
	return on || !set
}

// persist adds the boot layer to a proposal: the files that have the rules
// restored, which all resources share. Where files do not describe the next
// boot, as in a network namespace, there is none.
func (p *proposer) persist(ctx context.Context, w *want, out *planner.Proposal) {
	out.Attributes = slices.DeleteFunc(out.Attributes, func(a planner.AttributeValue) bool { return a.Name == persistAttribute })
	if !p.req.Facts.Boots() {
		return
	}
	row := planner.AttributeValue{Name: persistAttribute, Layer: planner.Boot, After: persists(w.resource), Key: bootrules.UnitPath}
	if out.Exists {
		row.Before = p.persisted(ctx, w.resource)
		row.Same = row.Before == row.After
	}
	out.Attributes = append(out.Attributes, row)
	if persists(w.resource) {
		out.Settings = append(out.Settings, bootrules.Settings(p.req.StateDir)...)
	}
}

// persisted reports whether a resource's rules would come back after a boot
// now: it was applied so, and the files are in place.
func (p *proposer) persisted(ctx context.Context, r *schema.Resource) bool {
	applied := slices.ContainsFunc(p.req.Managed.Resources[r.Address].Settings, func(s planner.Setting) bool {
		return s.Target == planner.FileTarget(bootrules.UnitPath)
	})
	return applied && p.bootFiles(ctx)
}

// bootFiles reports whether the files hold what they should, and looks once.
func (p *proposer) bootFiles(ctx context.Context) bool {
	if p.installed == nil {
		installed := true
		for _, s := range bootrules.Settings(p.req.StateDir) {
			f, err := p.req.Host.ReadFile(ctx, s.Target.Name)
			live := &planner.State{Data: string(f.Data), Mode: f.Mode, UID: f.UID, GID: f.GID}
			installed = installed && err == nil && planner.KindFile.Same(live, s.State)
		}
		p.installed = &installed
	}
	return *p.installed
}
