package ruleset

import "slices"

// ChangedHooks are the built-in chains whose jumps differ between two parts.
func ChangedHooks(from, to *Part) []string {
	var out []string
	for _, p := range []*Part{from, to} {
		for _, j := range p.Jumps {
			if !slices.Contains(out, j.Hook) && !slices.Equal(from.jumpsOf(j.Hook), to.jumpsOf(j.Hook)) {
				out = append(out, j.Hook)
			}
		}
	}
	slices.Sort(out)
	return out
}

// jumpKey is what counts of a jump.
type jumpKey struct {
	number int
	body   string
}

func (p *Part) jumpsOf(hook string) []jumpKey {
	jumps := slices.Clone(p.Jumps)
	slices.SortStableFunc(jumps, compareJumps)
	var out []jumpKey
	for _, j := range jumps {
		if j.Hook == hook {
			out = append(out, jumpKey{j.Number, j.Rule.Body})
		}
	}
	return out
}

// OnlyHooks is the part without the jumps of other hooks than those given.
func (p *Part) OnlyHooks(hooks []string) *Part {
	out := *p
	out.Jumps = nil
	for _, j := range p.Jumps {
		if slices.Contains(hooks, j.Hook) {
			out.Jumps = append(out.Jumps, j)
		}
	}
	return &out
}

// Preview is the transaction from one part to another for people to read,
// "" where nothing is to be done. What other tools have in the built-in
// chains is not known to it: jumps beside their rules are shown as the last.
func Preview(before, after string) (string, error) {
	from, err := parseOrEmpty(before)
	if err != nil {
		return "", err
	}
	to, err := parseOrEmpty(after)
	if err != nil {
		return "", err
	}
	hooks := ChangedHooks(from, to)
	live := &Table{Name: from.Table, Chains: slices.Clone(from.Chains)}
	for _, hook := range hooks {
		c := &Chain{Name: hook, Policy: "ACCEPT"}
		for _, j := range from.Jumps {
			if j.Hook == hook {
				c.Rules = append(c.Rules, j.Rule)
			}
		}
		live.Chains = append(live.Chains, c)
	}
	want := to.OnlyHooks(hooks)
	if want.Table == "" {
		want.Table = from.Table
	}
	return Transition{Live: live, Want: want, Blind: true}.Script()
}
