package ruleset

import (
	"fmt"
	"strconv"
	"strings"
)

// SyntaxError is a line that iptables-save cannot have printed.
type SyntaxError struct {
	Line int
	Text string
	Why  string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d of the listing, %q: %s", e.Line, e.Text, e.Why)
}

// IncompatibleError is a table that iptables-save left out, because another
// program put rules into it that iptables cannot express.
type IncompatibleError struct{ Table string }

func (e *IncompatibleError) Error() string {
	return fmt.Sprintf("table %s holds rules that iptables cannot list: they were added with nft", e.Table)
}

// TruncatedError is a listing that ends before its COMMIT.
type TruncatedError struct{ Table string }

func (e *TruncatedError) Error() string {
	return fmt.Sprintf("the listing of table %s is cut off: it has no COMMIT", e.Table)
}

// Parse reads the output of iptables-save, with or without counters. It is
// strict about the frame, since a listing cut short exits with code 0 or 3
// depending on the version, and lenient about rules, which it keeps as
// printed. A table that was left out is an *IncompatibleError.
func Parse(text string) ([]*Table, error) {
	tables, hidden, err := ParseAll(text)
	if err == nil && len(hidden) > 0 {
		return nil, &IncompatibleError{hidden[0]}
	}
	return tables, err
}

// ParseAll is Parse for listings of several tables: hidden names those that
// were left out.
func ParseAll(text string) (tables []*Table, hidden []string, err error) {
	p := saveParser{chains: map[string]*Chain{}}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line, first := lines[i], i
		for openQuote(line) && i+1 < len(lines) && !strings.HasPrefix(line, "#") {
			i++ // a comment set through netlink may hold a newline
			line += "\n" + lines[i]
		}
		if err := p.line(strings.TrimSuffix(line, "\r")); err != "" {
			return nil, nil, &SyntaxError{first + 1, lines[first], err}
		}
	}
	if p.table != nil {
		return nil, p.hidden, &TruncatedError{p.table.Name}
	}
	return p.tables, p.hidden, nil
}

type saveParser struct {
	tables []*Table
	table  *Table // being read; nil outside
	chains map[string]*Chain
	hidden []string
}

// line reads one line and says what is wrong with it, or "".
func (p *saveParser) line(line string) string {
	switch {
	case line == "":
		return ""
	case line[0] == '#':
		if name := incompatibleTable(line); name != "" {
			p.hidden = append(p.hidden, name)
		}
		return ""
	case line[0] == '*':
		if p.table != nil {
			return "a table begins inside another"
		}
		if line == "*" || strings.ContainsAny(line, " \t\"") {
			return "a table's name is expected"
		}
		p.table = &Table{Name: line[1:]}
		p.tables = append(p.tables, p.table)
		clear(p.chains)
		return ""
	case p.table == nil:
		return "a table must begin first"
	case line == "COMMIT":
		p.table = nil
		return ""
	case line[0] == ':':
		return p.chain(line)
	}
	return p.rule(line)
}

// incompatibleTable recognises the line that iptables-nft-save prints in
// place of a table that it cannot express; it exits with code 0 all the same:
//
//	# Table `raw' is incompatible, use 'nft' tool.
func incompatibleTable(line string) string {
	rest, ok := strings.CutPrefix(line, "# Table `")
	if !ok {
		return ""
	}
	name, rest, ok := strings.Cut(rest, "'")
	if !ok || !strings.HasPrefix(rest, " is incompatible") {
		return ""
	}
	return name
}

func (p *saveParser) chain(line string) string {
	fields := strings.Fields(line[1:])
	if len(fields) < 2 || strings.ContainsRune(fields[0], '"') {
		return "a chain, its policy and its counters are expected"
	}
	c := &Chain{Name: fields[0], Policy: fields[1]}
	if p.chains[c.Name] != nil {
		return "the chain is there already"
	}
	if len(fields) > 2 {
		var ok bool
		if c.Counters, ok = parseCounters(fields[2]); !ok && fields[2] != "-" {
			return "counters are expected in place of " + fields[2]
		}
	}
	p.chains[c.Name] = c
	p.table.Chains = append(p.table.Chains, c)
	return ""
}

func (p *saveParser) rule(line string) string {
	var r Rule
	if line[0] == '[' {
		text, rest, ok := strings.Cut(line, " ")
		if r.Counters, r.Counted = parseCounters(text); !ok || !r.Counted {
			return "counters and a rule are expected"
		}
		line = rest
	}
	rest, ok := strings.CutPrefix(line, "-A ")
	if !ok {
		return "a rule is expected"
	}
	name, body, _ := strings.Cut(rest, " ")
	c := p.chains[name]
	if c == nil {
		return "its chain " + strconv.Quote(name) + " was not announced"
	}
	r.Body = body
	c.Rules = append(c.Rules, r)
	return ""
}

// parseCounters reads "[12:3456]".
func parseCounters(s string) (Counters, bool) {
	inner, ok := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	packets, bytes, both := strings.Cut(inner, ":")
	if !ok || !closed || !both {
		return Counters{}, false
	}
	p, err1 := strconv.ParseUint(packets, 10, 64)
	b, err2 := strconv.ParseUint(bytes, 10, 64)
	return Counters{p, b}, err1 == nil && err2 == nil
}
