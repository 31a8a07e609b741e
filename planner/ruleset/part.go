package ruleset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Part is ctplan's part of one table of one family.
type Part struct {
	Table string
	// Chains are the chains of ctplan's, by name.
	Chains []*Chain
	Jumps  []Jump
	// Notes are comment lines, without the "# ".
	Notes []string

	// comments finds the rules of a chain by their comments, once Holds has
	// made it. Chains are not changed afterwards but by Add.
	comments map[string]map[string][]numbered
}

// Jump is a call of a chain of ctplan's from a built-in chain.
type Jump struct {
	Hook string
	// Number is the place among the hook's rules, from 1, of a jump that does
	// not stand where its comment says; 0 for one that does.
	Number int
	// At is the place of a jump that does stand there, where it is known: it
	// lets an undo tell several right places apart. It does not count.
	At   int
	Rule Rule
}

// Beside reports whether the jump's place depends on other tools' rules.
func (j Jump) Beside() bool {
	p, _, _ := parseJump(j.Hook, j.Rule.Body)
	return p.Word != First && p.Word != Last
}

// placeNote is how Extract notes where a jump stands.
const placeNote = "%s rule %d of %d calls %s"

// Empty reports whether nothing in the table is ctplan's.
func (p *Part) Empty() bool { return len(p.Chains) == 0 && len(p.Jumps) == 0 }

// Chain finds a chain; nil if there is none of that name.
func (p *Part) Chain(name string) *Chain {
	for _, c := range p.Chains {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Add puts rules at the end of the chain for a hook and a position, and makes
// the chain and its jump where they are missing.
func (p *Part) Add(purpose, hook string, at Position, bodies ...string) {
	name := ChainName(purpose, hook, at)
	delete(p.comments, name)
	c := p.Chain(name)
	if c == nil {
		c = &Chain{Name: name, Policy: "-"}
		p.Chains = append(p.Chains, c)
		p.Jumps = append(p.Jumps, Jump{Hook: hook, Rule: Rule{Body: JumpBody(hook, at, name)}})
	}
	for _, body := range bodies {
		c.Rules = append(c.Rules, Rule{Body: body})
	}
}

// String writes the part; equal parts give equal texts.
func (p *Part) String() string {
	slices.SortFunc(p.Chains, func(a, b *Chain) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(p.Jumps, compareJumps)
	var b strings.Builder
	for _, note := range p.Notes {
		b.WriteString("# " + note + "\n")
	}
	b.WriteString("*" + p.Table + "\n")
	for _, c := range p.Chains {
		b.WriteString(":" + c.Name + " - [0:0]\n")
	}
	for _, j := range p.Jumps {
		command := "-A " + j.Hook
		if j.Number > 0 {
			command = fmt.Sprintf("-I %s %d", j.Hook, j.Number)
		}
		j.Rule.line(&b, command)
	}
	for _, c := range p.Chains {
		for _, r := range c.Rules {
			r.line(&b, "-A "+c.Name)
		}
	}
	b.WriteString("COMMIT\n")
	return b.String()
}

func compareJumps(a, b Jump) int {
	if c := strings.Compare(a.Hook, b.Hook); c != 0 {
		return c
	}
	if a.Number != b.Number {
		return a.Number - b.Number
	}
	return strings.Compare(a.Rule.Body, b.Rule.Body)
}

// ParsePart reads what String wrote.
func ParsePart(text string) (*Part, error) {
	p := &Part{}
	chains := map[string]*Chain{}
	ended := false
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line, first := lines[i], i
		for openQuote(line) && i+1 < len(lines) && !strings.HasPrefix(line, "#") {
			i++
			line += "\n" + lines[i]
		}
		why := ""
		switch {
		case line == "":
		case ended:
			why = "the part ends with COMMIT"
		case line[0] == '#':
			p.Notes = append(p.Notes, strings.TrimPrefix(line[1:], " "))
		case line == "COMMIT":
			ended = true
		case line[0] == '*' && p.Table == "" && len(line) > 1:
			p.Table = line[1:]
		case p.Table == "":
			why = "the table must come first"
		case line[0] == ':':
			name, _, _ := strings.Cut(line[1:], " ")
			if chains[name] != nil || !Owned(name) {
				why = "a chain of ctplan's is expected, once"
				break
			}
			chains[name] = &Chain{Name: name, Policy: "-"}
			p.Chains = append(p.Chains, chains[name])
		default:
			why = p.rule(chains, line)
		}
		if why != "" {
			return nil, &SyntaxError{first + 1, lines[first], why}
		}
	}
	if !ended {
		return nil, &TruncatedError{p.Table}
	}
	p.readPlaces()
	return p, nil
}

// readPlaces fills At from the notes that Extract wrote.
func (p *Part) readPlaces() {
	for _, note := range p.Notes {
		var hook, chain string
		var at, of int
		if n, _ := fmt.Sscanf(note, placeNote, &hook, &at, &of, &chain); n != 4 {
			continue
		}
		hook, chain = strings.TrimSuffix(hook, ":"), strings.TrimSuffix(chain, ",")
		numbered := func(j Jump) bool { return j.Hook == hook && j.Number == at }
		if slices.ContainsFunc(p.Jumps, numbered) {
			continue
		}
		for i := range p.Jumps {
			j := &p.Jumps[i]
			if j.Hook == hook && j.Number == 0 && Target(j.Rule.Body) == chain {
				j.At = at
			}
		}
	}
}

func (p *Part) rule(chains map[string]*Chain, line string) string {
	var r Rule
	if line[0] == '[' {
		text, rest, ok := strings.Cut(line, " ")
		if r.Counters, r.Counted = parseCounters(text); !ok || !r.Counted {
			return "counters and a rule are expected"
		}
		line = rest
	}
	command, rest, _ := strings.Cut(line, " ")
	name, body, _ := strings.Cut(rest, " ")
	r.Body = body
	switch {
	case command == "-A" && chains[name] != nil:
		chains[name].Rules = append(chains[name].Rules, r)
	case command == "-A" && !Owned(name) && name != "":
		p.Jumps = append(p.Jumps, Jump{Hook: name, Rule: r})
	case command == "-I" && !Owned(name) && name != "":
		number, rest, _ := strings.Cut(body, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 {
			return "a rule number is expected"
		}
		r.Body = rest
		p.Jumps = append(p.Jumps, Jump{Hook: name, Number: n, Rule: r})
	default:
		return "a jump, or a rule of an announced chain, is expected"
	}
	return ""
}

// Same reports whether two texts mean the same rules: counters and comment
// lines do not count, and no part at all ("") is an empty one.
func Same(a, b string) bool {
	if a == b {
		return true
	}
	return significant(a) == significant(b)
}

// significant reduces a part to what counts.
func significant(text string) string {
	var b strings.Builder
	rules := false
	for line := range strings.Lines(text) {
		switch {
		case line[0] == '#' || line == "\n":
			continue
		case line[0] == '[':
			if _, rest, ok := strings.Cut(line, " "); ok {
				line = rest
			}
			rules = true
		case line[0] != '*' && line != "COMMIT\n":
			rules = true
		}
		b.WriteString(line)
	}
	if !rules {
		return ""
	}
	return b.String()
}
