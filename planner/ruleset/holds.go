package ruleset

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Holds reports whether a part has all that one resource contributed, and
// nothing else in its name: the jumps in their places, and of the rules with
// the contribution's comments exactly those, in their order.
func (p *Part) Holds(contribution *Part) bool {
	if len(p.Unseated(contribution)) > 0 {
		return false
	}
	for _, c := range contribution.Chains {
		if !slices.EqualFunc(p.named(c), c.Rules, func(a, b Rule) bool { return a.Body == b.Body }) {
			return false
		}
	}
	return true
}

// fewRules is up to how many rules of a contribution its comments are looked
// up one by one. A host may have thousands of such contributions.
const fewRules = 16

// named are the rules of a chain and its pieces that carry the comments of
// another chain's rules.
func (p *Part) named(like *Chain) []Rule {
	if len(like.Rules) <= fewRules {
		return p.commented(like)
	}
	known := make(map[string]bool, len(like.Rules))
	comments := map[string]bool{}
	for _, r := range like.Rules {
		known[r.Body] = true
	}
	out := make([]Rule, 0, len(like.Rules))
	for _, c := range p.pieces(like.Name) {
		for _, r := range c.Rules {
			if calls(r.Body, like.Name) {
				continue
			}
			if !known[r.Body] { // only rules that differ are looked into
				if len(comments) == 0 {
					for _, l := range like.Rules {
						comments[Comment(l.Body)] = true
					}
				}
				if !comments[Comment(r.Body)] {
					continue
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// numbered is a rule and its place in a chain and its pieces.
type numbered struct {
	at   int
	rule Rule
}

// commented is named by way of an index of the chain's comments.
func (p *Part) commented(like *Chain) []Rule {
	index := p.comments[like.Name]
	if index == nil {
		index = map[string][]numbered{}
		at := 0
		for _, c := range p.pieces(like.Name) {
			for _, r := range c.Rules {
				if !calls(r.Body, like.Name) {
					comment := Comment(r.Body)
					index[comment] = append(index[comment], numbered{at, r})
					at++
				}
			}
		}
		if p.comments == nil {
			p.comments = map[string]map[string][]numbered{}
		}
		p.comments[like.Name] = index
	}
	var found []numbered
	seen := map[string]bool{}
	for _, l := range like.Rules {
		if comment := Comment(l.Body); !seen[comment] {
			seen[comment] = true
			found = append(found, index[comment]...)
		}
	}
	slices.SortFunc(found, func(a, b numbered) int { return a.at - b.at })
	out := make([]Rule, len(found))
	for i, n := range found {
		out[i] = n.rule
	}
	return out
}

// pieces are a chain and, in their order, the pieces that it was split into.
func (p *Part) pieces(name string) []*Chain {
	root := p.Chain(name)
	if root == nil {
		return nil
	}
	out := []*Chain{root}
	for _, r := range root.Rules {
		if !calls(r.Body, name) {
			continue
		}
		if c := p.Chain(strings.TrimPrefix(r.Body, "-j ")); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// tagPrefix begins the comments that mark rules as a resource's.
const tagPrefix = "ctplan:"

// unmarked leaves out a rule's comment if it only marks it.
func unmarked(body string) string {
	const option = "-m comment --comment "
	at := strings.Index(body, option)
	if at < 0 || !strings.HasPrefix(strings.TrimPrefix(body[at+len(option):], `"`), tagPrefix) {
		return body
	}
	s := scanner{line: body, end: at + len(option)}
	if !s.next() {
		return body
	}
	return strings.TrimSpace(body[:at] + strings.TrimPrefix(body[s.end:], " "))
}

// calls reports whether a rule of a chain that was split calls a piece of it.
func calls(body, chain string) bool {
	return strings.HasPrefix(body, "-j ") && strings.HasPrefix(body[3:], chain+"-") && !strings.ContainsRune(body[3:], ' ')
}

// Rules is Part.Lines for the text of a part; an unreadable one has none.
func Rules(text string) []string {
	p, err := parseOrEmpty(text)
	if err != nil {
		return nil
	}
	return slices.Collect(p.Lines(nil))
}

// Lines lists rules for people: the built-in chain that leads to each, and
// the rule, without the comment that marks it as a resource's. Only rules
// whose comment is accepted are listed; nil accepts all.
func (p *Part) Lines(accept func(comment string) bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for hook, r := range p.Rules() {
			if accept != nil && !accept(Comment(r.Body)) {
				continue
			}
			if !yield(hook + " " + unmarked(r.Body)) {
				return
			}
		}
	}
}

// Rules are the resources' rules, each with the built-in chain that leads to
// it, in the order in which packets meet them there. Jumps are left out.
func (p *Part) Rules() iter.Seq2[string, Rule] {
	return func(yield func(string, Rule) bool) {
		seen := map[string]bool{}
		jumps := slices.Clone(p.Jumps)
		slices.SortStableFunc(jumps, func(a, b Jump) int {
			return cmp.Or(strings.Compare(a.Hook, b.Hook), strings.Compare(a.Rule.Body, b.Rule.Body))
		})
		for _, j := range jumps {
			root := Target(j.Rule.Body)
			if seen[root] {
				continue
			}
			seen[root] = true
			for _, c := range p.pieces(root) {
				for _, r := range c.Rules {
					if !calls(r.Body, root) && !yield(j.Hook, r) {
						return
					}
				}
			}
		}
	}
}

// Seat is how a jump of one part stands in another.
type Seat struct {
	Hook, Chain string
	// Declared is the position that the jump asks for.
	Declared Position
	// Number is its rule number where it stands elsewhere, and 0 where it is
	// missing.
	Number int
}

// Unseated lists the jumps of a contribution that are not in their places.
func (p *Part) Unseated(contribution *Part) []Seat {
	var out []Seat
	for _, j := range contribution.Jumps {
		at, _, _ := parseJump(j.Hook, j.Rule.Body)
		s := Seat{Hook: j.Hook, Chain: Target(j.Rule.Body), Declared: at}
		seated := false
		for _, h := range p.Jumps {
			if h.Hook != j.Hook || h.Rule.Body != j.Rule.Body {
				continue
			}
			seated = seated || h.Number == 0
			s.Number = max(s.Number, h.Number)
		}
		if !seated {
			out = append(out, s)
		}
	}
	return out
}
