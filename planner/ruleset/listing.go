package ruleset

import (
	"strconv"
	"strings"
)

// ParseChain reads what `iptables -v -S CHAIN` prints: -P or -N for the
// chain, then its rules with the counters inside, before the target. It
// returns nil without an error where the listing is empty.
func ParseChain(text string) (*Chain, error) {
	var c *Chain
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line, first := lines[i], i
		for openQuote(line) && i+1 < len(lines) && !strings.HasPrefix(line, "#") {
			i++
			line += "\n" + lines[i]
		}
		if line == "" || line[0] == '#' {
			continue
		}
		next, why := listingLine(c, line)
		if why != "" {
			return nil, &SyntaxError{first + 1, lines[first], why}
		}
		c = next
	}
	return c, nil
}

func listingLine(c *Chain, line string) (*Chain, string) {
	fields := strings.Fields(line)
	switch {
	case len(fields) >= 2 && fields[0] == "-N":
		return &Chain{Name: fields[1], Policy: "-"}, ""
	case len(fields) >= 3 && fields[0] == "-P":
		chain := &Chain{Name: fields[1], Policy: fields[2]}
		if len(fields) == 6 && fields[3] == "-c" {
			chain.Counters, _ = parseCounters("[" + fields[4] + ":" + fields[5] + "]")
		}
		return chain, ""
	case c == nil:
		return nil, "the chain must come first"
	}
	rest, ok := strings.CutPrefix(line, "-A "+c.Name)
	if !ok || rest != "" && rest[0] != ' ' {
		return nil, "a rule of " + strconv.Quote(c.Name) + " is expected"
	}
	r, why := cutCounters(strings.TrimPrefix(rest, " "))
	if why != "" {
		return nil, why
	}
	c.Rules = append(c.Rules, r)
	return c, ""
}

// cutCounters takes "-c PACKETS BYTES" out of a rule and leaves every other
// byte as it is: only so is the rest what iptables-save prints.
func cutCounters(body string) (Rule, string) {
	args, err := Split(body)
	if err != nil {
		return Rule{}, err.Error()
	}
	for i := 0; i+2 < len(args); i++ {
		if body[args[i].Start:args[i].End] != "-c" {
			continue
		}
		counters, ok := parseCounters("[" + args[i+1].Text + ":" + args[i+2].Text + "]")
		if !ok {
			continue
		}
		before, after := body[:args[i].Start], body[args[i+2].End:]
		return Rule{Body: strings.TrimSpace(strings.TrimSuffix(before, " ") + after), Counters: counters, Counted: true}, ""
	}
	return Rule{Body: body}, ""
}
