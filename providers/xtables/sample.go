package xtables

import (
	"context"
	"strings"

	"github.com/ctplan/ctplan/planner/ruleset"
)

// Sampled is Canonical for many rules that are alike: of rules that differ in
// addresses and comments only, one is tried for all. Whether the kernel takes
// a rule does not depend on these, and how they are listed is known. Where
// the host lists a sample in another way than was foreseen, or refuses it,
// all rules are tried.
func (s Scratch) Sampled(ctx context.Context, rules []Candidate) ([]string, map[int]error, error) {
	samples := sampleOf(rules)
	if len(samples) == len(rules) {
		return s.Canonical(ctx, rules)
	}
	chosen := make([]Candidate, len(samples))
	for n, i := range samples {
		chosen[n] = rules[i]
	}
	listed, refused, err := s.Canonical(ctx, chosen)
	if err != nil {
		return nil, nil, err
	}
	bodies := make([]string, len(rules))
	for i := range rules {
		bodies[i] = rules[i].Text.Body
	}
	for n, i := range samples {
		if refused[n] != nil || chosen[n].Text.Exact && listed[n] != bodies[i] {
			return s.Canonical(ctx, rules)
		}
		bodies[i] = listed[n]
	}
	return bodies, nil, nil
}

// sampleOf are the indexes of the rules that stand for all: each whose text
// only the host knows, and of the others the first of each shape.
func sampleOf(rules []Candidate) []int {
	var out []int
	seen := map[string]bool{}
	for i, r := range rules {
		if r.Text.Exact {
			shape := r.Hook + " " + shapeOf(r.Text.Body)
			if seen[shape] {
				continue
			}
			seen[shape] = true
		}
		out = append(out, i)
	}
	return out
}

// shapeOf is a rule as Render writes it without what does not matter to the
// kernel. Addresses whose listed form has exceptions (those that begin with
// ::) and comments that are not plain stay in it.
func shapeOf(body string) string {
	var b strings.Builder
	for _, option := range []string{"-s ", "-d "} {
		if rest, not := strings.CutPrefix(body, "! "+option); not {
			b.WriteString("! ")
			body = option + rest
		}
		rest, ok := strings.CutPrefix(body, option)
		if !ok {
			continue
		}
		address, rest, _ := strings.Cut(rest, " ")
		if _, bits, _ := strings.Cut(address, "/"); !strings.HasPrefix(address, "::") {
			address = "/" + bits
		}
		b.WriteString(option + address + " ")
		body = rest
	}
	const comment = "-m comment --comment "
	before, rest, ok := strings.Cut(body, comment)
	if !ok {
		return b.String() + body
	}
	text, rest := cutQuoted(rest)
	if strings.IndexFunc(text, unplain) < 0 {
		text = ""
	}
	return b.String() + before + comment + text + rest
}

func unplain(r rune) bool { return r < ' ' || r > '~' }

// cutQuoted takes the first word, as ruleset.Quote writes it, off a text.
func cutQuoted(s string) (word, rest string) {
	args, err := ruleset.Split(s)
	if err != nil || len(args) == 0 {
		return s, ""
	}
	return s[:args[0].End], s[args[0].End:]
}
