package sysctl

import "github.com/ctplan/ctplan/planner"

// proposeBoot adds the boot layer of a resource to its proposal.
func (s *session) proposeBoot(d *declared, out *planner.Proposal) {
	if s.boot == nil || !d.persist {
		return
	}
	b := s.boot
	for _, p := range d.parameters {
		out.Attributes = append(out.Attributes, b.attribute(p))
		if b.lines[p.path] {
			out.Settings = append(out.Settings, planner.Setting{
				Layer:     planner.Boot,
				Target:    planner.FileTarget(SysctlFile),
				Phase:     planner.PhaseFile,
				Attribute: p.name,
				Part:      p.key(),
				State:     planner.Content(p.line()),
			})
		}
	}
	for _, module := range d.modules {
		out.Attributes = append(out.Attributes, b.moduleAttribute(module))
		out.Settings = append(out.Settings, planner.Setting{
			Layer:  planner.Boot,
			Target: planner.FileTarget(ModulesLoadFile),
			Phase:  planner.PhaseFile,
			Part:   module,
			State:  planner.Content(module + "\n"),
		})
	}
}

// attribute is a parameter in the boot layer.
func (b *boot) attribute(p *parameter) planner.AttributeValue {
	value, set, note := b.before(p)
	a := planner.AttributeValue{
		Name:       p.name,
		Layer:      planner.Boot,
		After:      p.display(p.want),
		Key:        SysctlFile,
		Unit:       p.table.Unit,
		BeforeNote: note,
		AfterNote:  p.note,
	}
	if set {
		a.Before, a.Same = p.display(roundUp(value, p.step)), p.becomes(value)
	}
	if b.lines[p.path] {
		return a
	}
	a.Key = ""
	if winner, ok := b.planned.Lookup(p.path); ok {
		a.Key = winner.Origin.Path
	}
	return a
}

// moduleAttribute is a line of our modules-load.d file.
func (b *boot) moduleAttribute(module string) planner.AttributeValue {
	a := planner.AttributeValue{Name: "load_module", Layer: planner.Boot, After: module, Key: ModulesLoadFile}
	if b.ownModule[module] {
		a.Before, a.Same = module, true
	}
	return a
}
