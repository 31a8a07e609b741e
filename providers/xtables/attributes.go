package xtables

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// attributes shows the block's own attributes: as last applied and as
// declared now. Where ctplan never applied the resource but the rules are
// there all the same, they are as declared.
func (p *proposer) attributes(w *want, exists, same bool) []planner.AttributeValue {
	declared := provider.Declared(w.resource)
	prior := p.req.Managed.Resources[w.resource.Address].Declared
	if prior == nil && same {
		prior = declared
	}
	var out []planner.AttributeValue
	for _, name := range attributeNames(w.resource.Type, declared, prior) {
		a := planner.AttributeValue{Name: name, Layer: planner.Runtime, After: set(declared[name])}
		if exists {
			a.Before = set(prior[name])
			a.Same = equal(a.Before, a.After)
		}
		out = append(out, a)
	}
	return out
}

// set leaves out of a nested block's value what the block does not set.
func set(v any) any {
	block, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	for name, value := range block {
		if value != nil {
			out[name] = value
		}
	}
	return out
}

// attributeNames are the names in both sets of attributes, in the order of
// the block's table.
func attributeNames(typ string, sets ...map[string]any) []string {
	var out []string
	add := func(name string) {
		for _, set := range sets {
			if _, ok := set[name]; ok && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	if bt := schema.LookupType(typ); bt != nil {
		for _, a := range bt.Attributes {
			add(a.Name)
		}
		for _, b := range bt.Blocks {
			add(b.Name)
		}
	}
	known := len(out)
	for _, set := range sets {
		for name := range set {
			add(name)
		}
	}
	slices.Sort(out[known:])
	return out
}

// equal compares values of which one may have been read from a state file,
// where every number is a float.
func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// seats says of every jump that is not in its place where it is instead.
func (p *proposer) seats(w *want) []any {
	var out []any
	for _, t := range w.targets {
		for _, s := range p.part(t).Unseated(w.parts[t]) {
			where := "is missing"
			if s.Number > 0 {
				where = fmt.Sprintf("is rule %d, declared %s", s.Number, s.Declared)
			}
			out = append(out, fmt.Sprintf("%s %s %s: the jump to %s %s", t.Family, t.Table, s.Hook, s.Chain, where))
		}
	}
	return out
}

// maxLines is how many rules a plan lists one by one; of more it gives the
// number, and the operation has them all.
const maxLines = 100

// ruleLines lists a resource's rules for people, as found and as wanted.
func (p *proposer) ruleLines(w *want, same bool) (before, after any) {
	after = lineValue(w, func(t Target) iter.Seq[string] { return w.parts[t].Lines(nil) })
	if same {
		return after, after
	}
	before = lineValue(w, func(t Target) iter.Seq[string] {
		return p.part(t).Lines(func(comment string) bool { return schema.TaggedFor(w.resource.Address, comment) })
	})
	return before, after
}

func lineValue(w *want, lines func(Target) iter.Seq[string]) any {
	var list []any
	more := 0
	for _, t := range w.targets {
		for line := range lines(t) {
			if len(list) == maxLines {
				more++
				continue
			}
			list = append(list, fmt.Sprintf("%s %s %s", t.Family, t.Table, line))
		}
	}
	switch {
	case len(list) == 0:
		return nil
	case more > 0:
		return fmt.Sprintf("%d rules", len(list)+more)
	}
	return list
}

// places says where the chains of a resource are or will be called from.
func (p *proposer) places(w *want, t Target) []string {
	var out []string
	done := map[string]bool{}
	for _, r := range w.rules[t] {
		chain := r.Chain()
		if done[chain] {
			continue
		}
		done[chain] = true
		place, ok := ruleset.PlaceOf(hookOf(p.tables[t], r.Hook), r.At)
		if !ok {
			continue
		}
		note := fmt.Sprintf("%s: %s will be called by rule %d%s (declared %s)", r.Hook, chain, place.Number, place.Neighbours(), r.At)
		for _, n := range p.part(t).Notes {
			if strings.HasPrefix(n, r.Hook+": ") && strings.Contains(n+",", " calls "+chain+",") {
				note = n + " (declared " + r.At.String() + ")"
			}
		}
		out = append(out, fmt.Sprintf("%s %s %s", t.Family, t.Table, note))
	}
	return out
}
