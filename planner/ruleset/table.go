package ruleset

import (
	"fmt"
	"strconv"
	"strings"
)

// Counters are what a rule or a policy has seen.
type Counters struct{ Packets, Bytes uint64 }

// String is the form of iptables-save: "[12:3456]".
func (c Counters) String() string {
	return "[" + strconv.FormatUint(c.Packets, 10) + ":" + strconv.FormatUint(c.Bytes, 10) + "]"
}

// Rule is one rule of a chain.
type Rule struct {
	// Body is everything behind "-A CHAIN ", as printed.
	Body     string
	Counters Counters
	// Counted tells a rule printed with counters from one without.
	Counted bool
}

// Chain is a chain as iptables-save prints it.
type Chain struct {
	Name string
	// Policy is "ACCEPT" or "DROP", or "-" for a chain that is not built in.
	Policy   string
	Counters Counters
	Rules    []Rule
}

// BuiltIn reports whether the kernel calls the chain by itself.
func (c *Chain) BuiltIn() bool { return c.Policy != "-" }

// Table is one table of one family, its chains in the order printed.
type Table struct {
	Name   string
	Chains []*Chain
}

// Chain finds a chain; nil if there is none of that name.
func (t *Table) Chain(name string) *Chain {
	for _, c := range t.Chains {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// String prints the table as iptables-save does, without the comments around.
func (t *Table) String() string {
	var b strings.Builder
	b.WriteString("*" + t.Name + "\n")
	for _, c := range t.Chains {
		fmt.Fprintf(&b, ":%s %s %s\n", c.Name, c.Policy, c.Counters)
	}
	for _, c := range t.Chains {
		for _, r := range c.Rules {
			r.line(&b, "-A "+c.Name)
		}
	}
	b.WriteString("COMMIT\n")
	return b.String()
}

// line writes the rule as one command line of iptables-restore.
func (r Rule) line(b *strings.Builder, command string) {
	if r.Counted {
		b.WriteString(r.Counters.String())
		b.WriteByte(' ')
	}
	b.WriteString(command)
	if r.Body != "" {
		b.WriteByte(' ')
		b.WriteString(r.Body)
	}
	b.WriteByte('\n')
}
