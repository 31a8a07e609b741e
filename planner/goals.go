package planner

import (
	"fmt"
	"slices"
)

// owner is a setting and the resource that wants it.
type owner struct {
	address string
	setting Setting
}

// wanted lists every setting that is to hold after the apply: those of the
// selected proposals, and, unchanged, those of managed resources outside the
// selection and the kept parts.
func (b *builder) wanted() []owner {
	var out []owner
	claimed := map[string]bool{}
	add := func(address string, settings []Setting) {
		for _, s := range settings {
			out = append(out, owner{address, s})
			claimed[s.Target.ID()+"\x00"+s.Part] = true
		}
	}
	for _, address := range sortedKeys(b.proposals) {
		add(address, b.proposals[address].Settings)
	}
	for _, address := range sortedKeys(b.managed.Resources) {
		if b.proposals[address] == nil && !b.isGone(address) && !b.forget[address] {
			add(address, b.managed.Resources[address].Settings)
		}
	}
	for _, s := range b.keptParts() {
		if !claimed[s.Target.ID()+"\x00"+s.Part] {
			out = append(out, owner{"", s})
		}
	}
	return out
}

// keptParts are the parts of shared files that stay without an owner.
func (b *builder) keptParts() []Setting {
	out := append([]Setting(nil), b.managed.Kept...)
	for _, address := range sortedKeys(b.forget) {
		for _, s := range b.managed.Resources[address].Settings {
			if s.Part != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

func (b *builder) isGone(address string) bool {
	_, gone := b.gone[address]
	return gone
}

// goals works out what every target is to hold, and what ctplan will own.
func (b *builder) goals() {
	b.goal = map[string]*goal{}
	parts := map[string][]part{}
	claims := map[string]string{}
	for _, o := range b.wanted() {
		id := o.setting.Target.ID()
		g := b.goal[id]
		if g == nil {
			g = &goal{target: o.setting.Target, phase: o.setting.Phase, rank: o.setting.Rank}
			b.goal[id] = g
		}
		if o.setting.Reload != "" {
			g.reload = o.setting.Reload
		}
		if o.address != "" {
			g.addresses = appendNew(g.addresses, o.address)
		}
		if o.setting.Irreversible != "" {
			g.note = o.setting.Irreversible
		}
		b.claim(claims, o)
		if o.setting.Part == "" {
			g.state = o.setting.State
			if b.ignoresDrift(o) {
				g.state = b.in.Live[id]
			}
			continue
		}
		parts[id] = append(parts[id], part{o.setting.Part, o.address, o.setting.State.Data})
	}
	b.composeAll(parts)
	b.release()
	b.own()
}

// composeAll writes the targets that resources share.
func (b *builder) composeAll(parts map[string][]part) {
	for _, id := range sortedKeys(parts) {
		g := b.goal[id]
		if g.target.Kind != KindRules {
			g.state = compose(parts[id])
			continue
		}
		state, err := composeRules(parts[id])
		if err != nil {
			b.plan.Findings = append(b.plan.Findings, Finding{
				Severity: SeverityError, Code: "plan:rules", Summary: "Rules cannot be put together",
				Detail:  fmt.Sprintf("The rules for %s: %v.", g.target, err),
				Address: g.addresses[0],
			})
			state = b.in.Live[id]
		}
		g.state = state
	}
}

// ignoresDrift reports whether a live value that differs is to stay: its
// attribute is listed in ignore_drift, and the configuration still says what
// was applied last, so that it was the host that moved.
func (b *builder) ignoresDrift(o owner) bool {
	p := b.proposals[o.address]
	if p == nil || !slices.Contains(p.IgnoreDrift, o.setting.Attribute) {
		return false
	}
	for _, s := range b.managed.Resources[o.address].Settings {
		if s.Target == o.setting.Target && s.Part == o.setting.Part {
			return s.Target.Kind.Same(s.State, o.setting.State)
		}
	}
	return false
}

// claim refuses a second resource that wants something else of the same target.
func (b *builder) claim(claims map[string]string, o owner) {
	id := o.setting.Target.ID() + "\x00" + o.setting.Part
	first, taken := claims[id]
	if !taken || o.address == "" || first == "" {
		claims[id] = o.address
		return
	}
	if o.setting.Part != "" || first == o.address {
		return // compose merges equal lines; the schema refuses contradictions
	}
	if kind := o.setting.Target.Kind; (kind.shared() || o.setting.Shared) && kind.Same(b.goal[o.setting.Target.ID()].state, o.setting.State) {
		return
	}
	b.plan.Findings = append(b.plan.Findings, Finding{
		Severity: SeverityError,
		Code:     "plan:conflict",
		Summary:  "Two resources set " + o.setting.Target.String(),
		Detail:   fmt.Sprintf("Both %s and %s set %s. Keep one of them.", first, o.address, o.setting.Target),
		Address:  o.address,
	})
}

// release gives targets that nobody wants any more their original state back.
func (b *builder) release() {
	for _, address := range sortedKeys(b.managed.Resources) {
		if b.forget[address] {
			continue
		}
		for _, s := range b.managed.Resources[address].Settings {
			id := s.Target.ID()
			g := b.goal[id]
			if g == nil {
				original, known := b.managed.Originals[id]
				if !known {
					continue
				}
				g = &goal{target: s.Target, rank: restoreRank(s), reload: s.Reload, state: original.State, restore: true}
				g.phase = restorePhase(s.Phase, original.State)
				if g.phase != s.Phase {
					g.rank = -g.rank
				}
				b.goal[id] = g
			}
			if !slices.Contains(g.addresses, address) {
				g.released = appendNew(g.released, address)
			}
		}
	}
}

// restorePhase moves the undoing of a load or an unload to the other end.
func restorePhase(p Phase, original *State) Phase {
	switch {
	case p == PhaseLoad && original == nil:
		return PhaseUnload
	case p == PhaseUnload && original != nil:
		return PhaseLoad
	}
	return p
}

// own fills Plan.Next.
func (b *builder) own() {
	next := &b.plan.Next
	for _, address := range sortedKeys(b.managed.Resources) {
		if b.proposals[address] == nil && !b.isGone(address) && !b.forget[address] {
			next.Resources[address] = b.managed.Resources[address]
		}
	}
	for address, p := range b.proposals {
		next.Resources[address] = ManagedResource{
			Type:      TypeOf(address),
			Declared:  p.Declared,
			Settings:  withoutFlows(p.Settings),
			DependsOn: p.DependsOn,
			Protect:   p.Protect,
		}
	}
	for _, o := range b.wanted() {
		if o.address == "" {
			next.Kept = append(next.Kept, o.setting)
		}
	}
	for id, g := range b.goal {
		if g.restore || g.target.Kind == KindFlows {
			continue
		}
		if original, known := b.managed.Originals[id]; known {
			next.Originals[id] = original
			continue
		}
		next.Originals[id] = Original{Target: g.target, State: b.in.Live[id], Phase: g.phase, BootID: b.in.Facts.BootID}
	}
}

// restoreRank turns the order of rules around: what is not tracked stops
// being untracked only after the rules that relied on it have gone.
func restoreRank(s Setting) int {
	if s.Target.Kind == KindRules {
		return -s.Rank
	}
	return s.Rank
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
