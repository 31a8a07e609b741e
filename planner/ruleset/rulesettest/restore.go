// Package rulesettest is a model of iptables-restore for tests: it applies
// the commands that ctplan uses to a table in memory, and refuses what the
// real program refuses. It is never part of ctplan itself.
package rulesettest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/planner/ruleset"
)

// BuiltIn are the built-in chains of each table.
var BuiltIn = map[string][]string{
	"raw":    {"PREROUTING", "OUTPUT"},
	"filter": {"INPUT", "FORWARD", "OUTPUT"},
	"mangle": {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"},
	"nat":    {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"},
}

// Restore applies one table's script, as iptables-restore --noflush
// --counters does. A nil table is made. After an error the table is not
// changed: the result is a new one.
func Restore(t *ruleset.Table, script string) (*ruleset.Table, error) {
	out := Clone(t)
	committed := false
	for i, line := range strings.Split(strings.TrimSuffix(script, "\n"), "\n") {
		var err error
		switch {
		case committed:
			err = fmt.Errorf("text after COMMIT")
		case line == "COMMIT":
			committed = true
		case line == "" || line[0] == '#':
		case line[0] == '*':
			if out == nil {
				out = &ruleset.Table{Name: line[1:]}
			}
			if out.Name != line[1:] {
				err = fmt.Errorf("table %s is not %s", line[1:], out.Name)
			}
		case out == nil:
			err = fmt.Errorf("no table")
		case line[0] == ':':
			err = declare(out, line)
		default:
			err = command(out, line)
		}
		if err != nil {
			return t, fmt.Errorf("line %d %q: %w", i+1, line, err)
		}
	}
	if !committed {
		return t, fmt.Errorf("COMMIT expected")
	}
	return out, dangling(out)
}

// Clone copies a table.
func Clone(t *ruleset.Table) *ruleset.Table {
	if t == nil {
		return nil
	}
	out := &ruleset.Table{Name: t.Name}
	for _, c := range t.Chains {
		copied := *c
		copied.Rules = slices.Clone(c.Rules)
		out.Chains = append(out.Chains, &copied)
	}
	return out
}

func declare(t *ruleset.Table, line string) error {
	name := strings.Fields(line[1:])[0]
	if c := t.Chain(name); c != nil {
		c.Rules = nil
		return nil
	}
	t.Chains = append(t.Chains, &ruleset.Chain{Name: name, Policy: "-"})
	return nil
}

func command(t *ruleset.Table, line string) error {
	r := ruleset.Rule{Counted: true}
	if line[0] == '[' {
		text, rest, _ := strings.Cut(line, " ")
		if _, err := fmt.Sscanf(text, "[%d:%d]", &r.Counters.Packets, &r.Counters.Bytes); err != nil {
			return err
		}
		line = rest
	}
	verb, rest, _ := strings.Cut(line, " ")
	name, body, _ := strings.Cut(rest, " ")
	c := t.Chain(name)
	if c == nil && slices.Contains(BuiltIn[t.Name], name) {
		c = &ruleset.Chain{Name: name, Policy: "ACCEPT"}
		t.Chains = append(t.Chains, c)
	}
	if c == nil {
		return fmt.Errorf("no chain %s", name)
	}
	switch verb {
	case "-A":
		r.Body = body
		c.Rules = append(c.Rules, r)
	case "-I":
		number, rest, _ := strings.Cut(body, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(c.Rules)+1 {
			return fmt.Errorf("index of insertion too big")
		}
		r.Body = rest
		c.Rules = slices.Insert(c.Rules, n-1, r)
	case "-D":
		i := slices.IndexFunc(c.Rules, func(r ruleset.Rule) bool { return r.Body == body })
		if n, err := strconv.Atoi(body); err == nil {
			i = n - 1
		}
		if i < 0 || i >= len(c.Rules) {
			return fmt.Errorf("no such rule")
		}
		c.Rules = slices.Delete(c.Rules, i, i+1)
	case "-F":
		c.Rules = nil
	case "-X":
		if len(c.Rules) > 0 {
			return fmt.Errorf("chain is not empty")
		}
		t.Chains = slices.DeleteFunc(t.Chains, func(c *ruleset.Chain) bool { return c.Name == name })
	default:
		return fmt.Errorf("unknown command %s", verb)
	}
	return nil
}

// dangling refuses jumps to chains of ctplan's that are not there.
func dangling(t *ruleset.Table) error {
	for _, c := range t.Chains {
		for _, r := range c.Rules {
			if target := ruleset.Target(r.Body); ruleset.Owned(target) && t.Chain(target) == nil {
				return fmt.Errorf("rule %q of chain %s jumps to a chain that is not there", r.Body, c.Name)
			}
		}
	}
	return nil
}
