package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/schema"
)

// changes says for every resource what becomes of it.
func (b *builder) changes() {
	for _, address := range sortedKeys(b.proposals) {
		b.plan.Changes = append(b.plan.Changes, b.declaredChange(b.proposals[address]))
	}
	for _, address := range sortedKeys(b.gone) {
		b.plan.Changes = append(b.plan.Changes, b.deletion(address))
	}
	for _, address := range sortedKeys(b.forget) {
		b.plan.Changes = append(b.plan.Changes, Change{
			Address: address,
			Type:    TypeOf(address),
			Action:  ActionForget,
			Reason:  "because a removed block with restore = false says so",
		})
	}
	slices.SortFunc(b.plan.Changes, func(x, y Change) int { return strings.Compare(x.Address, y.Address) })
}

func (b *builder) declaredChange(p *Proposal) Change {
	prior := b.managed.Resources[p.Address]
	c := Change{
		Address:         p.Address,
		PreviousAddress: prior.Previous,
		Type:            TypeOf(p.Address),
		Action:          ActionNoOp,
		Attributes:      slices.Clone(p.Attributes),
		Notes:           p.Notes,
	}
	b.markIgnored(&c, p)
	c.Attributes = append(c.Attributes, b.droppedAttributes(p.Address, prior, p.Settings)...)
	if !slices.ContainsFunc(c.Attributes, differs) {
		return c
	}
	c.Action = ActionUpdate
	if !p.Exists {
		c.Action = ActionCreate
	}
	for _, s := range p.Settings {
		if s.Irreversible != "" && b.changesTarget(s.Target) {
			c.Irreversible = appendNew(c.Irreversible, s.Irreversible)
		}
	}
	return c
}

func differs(a AttributeValue) bool { return !a.Same && !a.Ignored }

// markIgnored flags the attributes whose drift stays.
func (b *builder) markIgnored(c *Change, p *Proposal) {
	for _, s := range p.Settings {
		if !b.ignoresDrift(owner{p.Address, s}) {
			continue
		}
		for i := range c.Attributes {
			a := &c.Attributes[i]
			if a.Name == s.Attribute && a.Layer == s.Layer && !a.Same {
				a.Ignored = true
			}
		}
	}
}

// droppedAttributes are the settings that a resource had and has no longer:
// the attribute left the configuration, so its target is restored, or its
// line leaves a shared file.
func (b *builder) droppedAttributes(address string, prior ManagedResource, now []Setting) []AttributeValue {
	var out []AttributeValue
	for _, s := range prior.Settings {
		kept := slices.ContainsFunc(now, func(n Setting) bool { return n.Target == s.Target && n.Part == s.Part })
		if !kept {
			out = append(out, b.restored(address, s)...)
		}
	}
	return out
}

// deletion shows what each setting of a resource goes back to.
func (b *builder) deletion(address string) Change {
	c := Change{Address: address, Type: TypeOf(address), Action: ActionDelete, Reason: b.gone[address]}
	r := b.managed.Resources[address]
	c.PreviousAddress = r.Previous
	for _, s := range r.Settings {
		c.Attributes = append(c.Attributes, b.restored(address, s)...)
		if s.Irreversible != "" {
			c.Irreversible = appendNew(c.Irreversible, s.Irreversible)
		}
	}
	c.Attributes = mergeRules(c.Attributes)
	return c
}

// restored is the row of a setting that its resource gives up. A setting
// without an attribute (a module that must be loaded at boot for another
// setting's sake) has no row of its own.
func (b *builder) restored(address string, s Setting) []AttributeValue {
	if s.Attribute == "" {
		return nil
	}
	id := s.Target.ID()
	a := AttributeValue{Name: s.Attribute, Layer: s.Layer, Key: s.Target.String()}
	if s.Target.Kind == KindRules {
		a.Key = ""
	}
	if s.Part != "" {
		a.Before = valueOf(address, s, s.State)
		if !b.holdsPart(s) {
			a.Before = valueOf(address, s, editedLine(b.in.Live[id], s))
		}
		if a.Before == nil {
			a.Same = true
		}
		return []AttributeValue{a}
	}
	g := b.goal[id]
	if g == nil || !g.restore {
		return nil // another resource has taken it over
	}
	if s.Target.Kind.Fleeting() && b.in.Live[id] == nil {
		return nil // it went with its module, or with an older kernel
	}
	a.Before, a.After = valueOf(address, s, b.in.Live[id]), valueOf(address, s, g.state)
	a.Same = s.Target.Kind.Same(b.in.Live[id], g.state)
	a.AfterNote = "as found before ctplan"
	return []AttributeValue{a}
}

// changesTarget reports whether the plan changes a target at all.
func (b *builder) changesTarget(t Target) bool {
	g := b.goal[t.ID()]
	return g != nil && !t.Kind.Same(b.in.Live[t.ID()], g.state)
}

// holdsPart reports whether a shared target has a part as it was applied.
func (b *builder) holdsPart(s Setting) bool {
	live := b.in.Live[s.Target.ID()]
	if s.Target.Kind == KindRules {
		return b.holdsRules(live, s)
	}
	return live != nil && strings.Contains("\n"+live.Data, "\n"+s.State.Data)
}

// editedLine is the line in a shared file that somebody has put in a part's
// place, or nil: the part is a line "key = value", and the file has another
// value for the key.
func editedLine(file *State, s Setting) *State {
	name, _, isAssignment := strings.Cut(s.State.Data, "=")
	if file == nil || s.Target.Kind != KindFile || !isAssignment {
		return nil
	}
	for line := range strings.Lines(file.Data) {
		if key, _, ok := strings.Cut(line, "="); ok && strings.TrimSpace(key) == strings.TrimSpace(name) {
			return Value(line)
		}
	}
	return nil
}

// valueOf reads a raw state back into the attribute's own type, so that
// plans show true where the kernel says 1.
func valueOf(address string, s Setting, raw *State) any {
	if raw == nil {
		return nil
	}
	if s.Target.Kind == KindRules {
		return ruleLines(address, s.Target, raw)
	}
	data := strings.TrimRight(raw.Data, "\n")
	if s.Target.Kind == KindSysctl {
		data = strings.Join(strings.Fields(data), " ") // the kernel separates by tabs
	}
	if s.Part != "" {
		if _, value, isAssignment := strings.Cut(data, " = "); isAssignment {
			data = strings.TrimSpace(value)
		}
	}
	if bt := schema.LookupType(TypeOf(address)); bt != nil {
		for _, a := range bt.Attributes {
			if a.Name == s.Attribute {
				return a.FromKernel(data)
			}
		}
	}
	if n, err := strconv.ParseInt(data, 10, 64); err == nil {
		return n
	}
	return data
}

// drift compares every owned setting with the live state: what differs was
// changed by somebody else since the last apply.
func (b *builder) drift() {
	for _, address := range sortedKeys(b.managed.Resources) {
		if !b.selected(address) {
			continue
		}
		c := Change{Address: address, Type: TypeOf(address), Action: ActionUpdate}
		for _, s := range b.managed.Resources[address].Settings {
			live := b.in.Live[s.Target.ID()]
			if s.Part == "" && s.Target.Kind.Same(live, s.State) || s.Part != "" && b.holdsPart(s) {
				continue
			}
			a := AttributeValue{
				Name: s.Attribute, Layer: s.Layer, Key: s.Target.String(),
				Before: valueOf(address, s, s.State),
			}
			switch {
			case s.Target.Kind == KindRules:
				a.Key, a.After = "", ruleLines(address, s.Target, live)
				c.Notes = append(c.Notes, deviations(live, b.applied(s.Target))...)
			case s.Part != "":
				a.After = valueOf(address, s, editedLine(live, s))
			default:
				a.After = valueOf(address, s, live)
			}
			if a.Name == "" {
				a.Name, a.Before = s.Target.Name, strings.TrimSpace(s.State.Data)
			}
			c.Attributes = append(c.Attributes, a)
		}
		if c.Attributes = mergeRules(c.Attributes); len(c.Attributes) > 0 {
			b.plan.Drift = append(b.plan.Drift, c)
		}
	}
}

// applied is what the last apply left in a target that resources share.
func (b *builder) applied(t Target) *State {
	var parts []part
	for _, address := range sortedKeys(b.managed.Resources) {
		for _, s := range b.managed.Resources[address].Settings {
			if s.Target == t {
				parts = append(parts, part{s.Part, address, s.State.Data})
			}
		}
	}
	state, err := composeRules(parts)
	if err != nil {
		return nil // the text is of ctplan's own making; without it, every rule counts as new
	}
	return state
}

// coverOperations makes sure that the reader of a plan sees every operation:
// one whose resources all look unchanged (a renamed address in a shared
// file's comment) turns them into updates that say so.
func (b *builder) coverOperations() {
	for _, op := range b.plan.Operations {
		var owners []*Change
		shown := false
		for i := range b.plan.Changes {
			c := &b.plan.Changes[i]
			if slices.Contains(op.Addresses, c.Address) {
				owners = append(owners, c)
				shown = shown || c.Action != ActionNoOp
			}
		}
		if shown {
			continue
		}
		for _, c := range owners {
			c.Action = ActionUpdate
			c.Notes = append(slices.Clone(c.Notes), "rewrites "+op.Target.String())
		}
	}
}
