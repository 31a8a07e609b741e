package xtables

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/flows"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// Provider serves notrack and log_rule blocks.
type Provider struct{}

var _ provider.Provider = Provider{}

// Types implements provider.Provider.
func (Provider) Types() []string { return []string{"notrack", "log_rule"} }

// Propose implements provider.Provider. It lists every table that the rules
// go into once, and has those rules tried whose canonical form is not known
// from an earlier apply.
func (Provider) Propose(ctx context.Context, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	ssh, err := ParseSSHConnection(req.SSHConnection)
	if err != nil {
		ssh = nil // what is no connection cannot be cut
	}
	p := &proposer{req: req, ssh: ssh, look: newLookout(req.Host), parts: map[Target]*ruleset.Part{}, versions: map[Backend]Version{}}
	if diags := p.wanted(ctx); diags.HasErrors() {
		return provider.Answer{}, diags
	}
	if diags := p.canonical(ctx); diags.HasErrors() {
		return provider.Answer{}, diags
	}
	if p.tables, err = p.look.tables(ctx, p.targets); err != nil {
		return provider.Answer{}, hcl.Diagnostics{p.hostProblem(err)}
	}
	diags := p.positions()
	var answer provider.Answer
	p.readFlows(ctx)
	for _, w := range p.wants {
		answer.Proposals = append(answer.Proposals, p.proposal(ctx, w))
	}
	answer.Live = p.live()
	answer.Findings = p.findings(ctx)
	return answer, diags
}

// proposer carries one Propose from step to step.
type proposer struct {
	ssh     *SSHConnection
	req     provider.Request
	wants   []*want
	targets []Target // in the order of first use
	look    *lookout
	// tables holds every table of the families concerned; a nil entry is one
	// that could not be listed as a whole, or does not exist.
	tables map[Target]*ruleset.Table
	// parts are ctplan's parts of them.
	parts    map[Target]*ruleset.Part
	versions map[Backend]Version
	// detected is the backend of the host's own iptables, once asked.
	detected Backend
	// flows is the connection table, where notrack rules make it worth reading.
	flows flows.Table
	// installed says whether the files of the boot layer are in place, once asked.
	installed *bool
	// untried says why rules were not tried in a scratch namespace, or is empty.
	untried string
}

// want is one resource and its rules.
type want struct {
	resource *schema.Resource
	rules    map[Target][]Rule
	targets  []Target // sorted as Expand made them
	// parts is what the resource contributes to each target.
	parts map[Target]*ruleset.Part
	held  *bool // see holds
}

// wanted makes the rules of every resource.
func (p *proposer) wanted(ctx context.Context) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range p.req.Resources {
		w := &want{resource: r, rules: map[Target][]Rule{}, parts: map[Target]*ruleset.Part{}}
		p.wants = append(p.wants, w)
		backend, err := p.backend(ctx, r)
		if err != nil {
			return append(diags, resourceProblem(r, "backend", "No usable iptables", err))
		}
		families, declared := schema.DeclaredFamilies(r)
		if !declared {
			families = packet.Families
		}
		for _, f := range families {
			p.look.ask(ctx, backend, f)
		}
		rules, err := Expand(r)
		if err != nil {
			diags = append(diags, resourceProblem(r, "", "Rules cannot be made", err))
			continue
		}
		for len(rules) > 0 { // Expand has them by family
			t := Target{backend, rules[0].Family, rules[0].Table}
			n := slices.IndexFunc(rules, func(r Rule) bool { return r.Family != t.Family })
			if n < 0 {
				n = len(rules)
			}
			w.rules[t], rules = rules[:n], rules[n:]
			w.targets = append(w.targets, t)
			if !slices.Contains(p.targets, t) {
				p.targets = append(p.targets, t)
			}
		}
	}
	return diags
}

// backend is the one that a resource asks for, or the host's own.
func (p *proposer) backend(ctx context.Context, r *schema.Resource) (Backend, error) {
	word, ok := r.String("backend")
	if ok && word != "auto" {
		b := Backend(word)
		if _, known := p.versions[b]; !known {
			v, err := (Target{Backend: b}).version(ctx, p.req.Host)
			if err != nil {
				return "", err
			}
			p.versions[b] = v
		}
		return b, nil
	}
	if p.detected == "" {
		b, v, err := Detect(ctx, p.req.Host)
		if err != nil {
			return "", err
		}
		p.detected, p.versions[b] = b, v
	}
	return p.detected, nil
}

// positions refuses positions beside rules that are not there.
func (p *proposer) positions() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, w := range p.wants {
		for _, t := range w.targets {
			looked := map[string]bool{}
			for _, r := range w.rules[t] {
				if looked[r.Hook] {
					continue
				}
				looked[r.Hook] = true
				if _, ok := ruleset.PlaceOf(hookOf(p.tables[t], r.Hook), r.At); ok {
					continue
				}
				err := &ruleset.NeighbourError{Table: t.Table, Hook: r.Hook, Position: r.At}
				d := resourceProblem(w.resource, "position", "No such neighbour", err)
				d.Detail += fmt.Sprintf(" (%s). Create it first, or choose another position.", t.Family)
				diags = append(diags, d)
			}
		}
	}
	return diags
}

func hookOf(t *ruleset.Table, hook string) *ruleset.Chain {
	if t == nil {
		return nil
	}
	return t.Chain(hook)
}

// hostProblem is a failure to read, told at the first resource concerned.
func (p *proposer) hostProblem(err error) *hcl.Diagnostic {
	summary := "Packet filter cannot be read"
	var hidden *HiddenError
	if errors.As(err, &hidden) {
		summary = "Packet filter table is hidden by another program"
	}
	return resourceProblem(p.req.Resources[0], "", summary, err)
}

func resourceProblem(r *schema.Resource, attribute, summary string, err error) *hcl.Diagnostic {
	subject := r.Range
	if a, ok := r.Attrs[attribute]; ok {
		subject = a.Range
	}
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   r.Address + ": " + err.Error(),
		Subject:  &subject,
	}
}

// proposal compares one resource with the host.
func (p *proposer) proposal(ctx context.Context, w *want) planner.Proposal {
	out := provider.Proposal(w.resource)
	same := p.holds(w)
	for _, t := range w.targets {
		out.Settings = append(out.Settings, setting(w, t))
		out.Notes = append(out.Notes, p.places(w, t)...)
	}
	switch {
	case p.meetsFlows(w):
		out.Notes = append(out.Notes, p.flowNote(w))
	case !same:
		out.Notes = append(out.Notes, p.logNotes(ctx, w)...)
	}
	if p.evicts(w) {
		out.Settings = append(out.Settings, p.evictions(w)...)
	}
	before, after := p.ruleLines(w, same)
	out.Exists = before != nil
	out.Attributes = p.attributes(w, out.Exists, same)
	seats := p.seats(w)
	if out.Exists && len(seats) > 0 {
		out.Attributes = append(out.Attributes, planner.AttributeValue{
			Name: "jumps", Layer: planner.Runtime, Before: seats, After: []any{},
		})
	}
	out.Attributes = append(out.Attributes, planner.AttributeValue{
		Name: "rules", Layer: planner.Runtime, Before: before, After: after,
		// The rest of the difference is in the jumps, and shown there.
		Same: same || out.Exists && len(seats) > 0 && equal(before, after),
	})
	p.persist(ctx, w, &out)
	return out
}

// part is ctplan's part of a table; an empty one where the table is absent.
func (p *proposer) part(t Target) *ruleset.Part {
	if p.parts[t] == nil {
		p.parts[t] = &ruleset.Part{Table: t.Table}
		if table := p.tables[t]; table != nil {
			p.parts[t] = ruleset.Extract(table)
		}
	}
	return p.parts[t]
}

// holds reports whether the host has all of a resource's rules already.
func (p *proposer) holds(w *want) bool {
	if w.held == nil {
		held := true
		for _, t := range w.targets {
			held = held && p.part(t).Holds(w.parts[t])
		}
		w.held = &held
	}
	return *w.held
}

// live is what Read would return of every target.
func (p *proposer) live() map[string]*planner.State {
	out := map[string]*planner.State{}
	for _, t := range p.targets {
		if p.tables[t] == nil {
			out[t.Planner().ID()] = nil
			continue
		}
		out[t.Planner().ID()] = &planner.State{Data: p.part(t).String()}
	}
	return out
}

// setting is what a resource wants of one table.
func setting(w *want, t Target) planner.Setting {
	s := planner.Setting{
		Layer:     planner.Runtime,
		Target:    t.Planner(),
		Phase:     planner.PhaseRules,
		Attribute: "rules",
		Part:      w.resource.Address,
		State:     &planner.State{Data: w.parts[t].String()},
	}
	if t.Table != "raw" {
		s.Rank = 1 // what is not tracked is settled before what is logged
	}
	return s
}
