package xtables

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema"
)

// sourceNote marks a contribution with what it was made from, so that the
// next plan need not try the same rules again.
const sourceNote = "canonical form by iptables "

// source identifies rendered rules and the program that made them canonical.
func source(t Target, v Version, texts []Text, r *schema.Resource) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%t\n", r.Type == "notrack")
	for _, text := range texts {
		fmt.Fprintf(sum, "%d:%s\n", len(text.Body), text.Body)
	}
	return fmt.Sprintf("%s%s (%s) of %s", sourceNote, v, t.Backend, hex.EncodeToString(sum.Sum(nil)))
}

// canonical fills in what every resource contributes.
func (p *proposer) canonical(ctx context.Context) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, t := range p.targets {
		version := p.versions[t.Backend]
		var batch []Candidate
		var owners []owner
		for _, w := range p.wants {
			rules := w.rules[t]
			if len(rules) == 0 {
				continue
			}
			texts := make([]Text, len(rules))
			for i, r := range rules {
				texts[i] = r.Render(version)
			}
			note := source(t, version, texts, w.resource)
			if w.parts[t] = p.known(w, t, note); w.parts[t] != nil {
				continue
			}
			w.parts[t] = &ruleset.Part{Table: t.Table, Notes: []string{note}}
			for i, r := range rules {
				batch = append(batch, Candidate{Hook: r.Hook, Text: texts[i], Sets: setsOf(r)})
				owners = append(owners, owner{w, r})
			}
		}
		diags = append(diags, p.try(ctx, t, batch, owners)...)
	}
	return diags
}

// owner is the resource that a candidate comes from.
type owner struct {
	want *want
	rule Rule
}

func setsOf(r Rule) []string {
	if r.Match.Set == nil {
		return nil
	}
	return []string{r.Match.Set.Name}
}

// known is the contribution that the state remembers for the same source.
func (p *proposer) known(w *want, t Target, note string) *ruleset.Part {
	for _, s := range p.req.Managed.Resources[w.resource.Address].Settings {
		if s.Target != t.Planner() || s.Part != w.resource.Address || s.State == nil {
			continue
		}
		part, err := ruleset.ParsePart(s.State.Data)
		if err == nil && part.Table == t.Table && slices.Contains(part.Notes, note) {
			return part
		}
	}
	return nil
}

// try brings candidates into their canonical form and adds them to their
// resources' contributions.
func (p *proposer) try(ctx context.Context, t Target, batch []Candidate, owners []owner) hcl.Diagnostics {
	if len(batch) == 0 {
		return nil
	}
	bodies, refused, err := p.tried(ctx, t, batch)
	if err != nil {
		return hcl.Diagnostics{p.hostProblem(err)}
	}
	var diags hcl.Diagnostics
	told := map[string]bool{}
	for i, o := range owners {
		if err := refused[i]; err != nil {
			if r := o.want.resource; !told[r.Address] {
				told[r.Address] = true
				diags = append(diags, resourceProblem(r, suspect(r), "Rule refused", err))
			}
			continue
		}
		o.want.parts[t].Add(o.rule.Purpose(), o.rule.Hook, o.rule.At, bodies[i])
	}
	return diags
}

// tried asks the host, and does without where it cannot be asked.
func (p *proposer) tried(ctx context.Context, t Target, batch []Candidate) ([]string, map[int]error, error) {
	scratch := Scratch{Host: p.req.Host, Target: t, Unprivileged: p.req.Facts.UID != 0}
	bodies, refused, err := scratch.Sampled(ctx, batch)
	if errors.Is(err, ErrNoScratch) {
		p.untried = err.Error()
		return builtIn(batch)
	}
	return bodies, refused, err
}

// builtIn is the canonical form without a host that could be asked.
func builtIn(batch []Candidate) ([]string, map[int]error, error) {
	bodies := make([]string, len(batch))
	refused := map[int]error{}
	for i, c := range batch {
		bodies[i] = c.Text.Body
		if !c.Text.Exact {
			refused[i] = &RefusedError{c.Text.Body, "its canonical form is known only to the host's own iptables, and no network namespace could be made to ask it"}
		}
	}
	return bodies, refused, nil
}

// suspect is the attribute that most probably made a rule unacceptable.
func suspect(r *schema.Resource) string {
	for _, name := range []string{"match", "set", "hashlimit", "limit"} {
		if _, ok := r.Attrs[name]; ok {
			return name
		}
	}
	return ""
}
