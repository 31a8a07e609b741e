package xtables

import (
	"strings"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema/packet"
)

// liveRule is a rule of anybody's, as far as the analysis understands it.
type liveRule struct {
	Chain  string
	Number int // from 1
	Body   string

	Match  packet.Match
	Target string
	// Options are the target's own arguments.
	Options []string
	// Modules are the matches that it loads.
	Modules []string
	// Opaque is true where the rule has conditions that Match does not
	// express: it may then match fewer packets than Match says.
	Opaque bool
}

// String says which rule it is: "INPUT rule 3 (-i lo -j ACCEPT)".
func (r liveRule) String() string {
	return r.Chain + " rule " + itoa(r.Number) + " (" + shorten(r.Body) + ")"
}

// parseLive reads a listed rule. It never fails: what it does not understand
// makes the rule opaque.
func parseLive(family packet.Family, chain string, number int, body string) liveRule {
	r := liveRule{Chain: chain, Number: number, Body: body}
	args, err := ruleset.Split(body)
	if err != nil {
		r.Opaque = true
		return r
	}
	p := liveParser{rule: &r, family: family}
	for _, a := range args {
		p.words = append(p.words, a.Text)
	}
	for p.more() {
		p.step()
	}
	return r
}

type liveParser struct {
	rule   *liveRule
	family packet.Family
	words  []string
	at     int
	not    bool
}

func (p *liveParser) more() bool { return p.at < len(p.words) }

func (p *liveParser) next() string {
	if !p.more() {
		p.rule.Opaque = true
		return ""
	}
	p.at++
	return p.words[p.at-1]
}

// value is the option's argument, with its negation in front.
func (p *liveParser) value() string {
	v := p.next()
	if p.not {
		v = "!" + v
	}
	p.not = false
	return v
}

// values splits it at commas; the negation is of all.
func (p *liveParser) values() []string {
	not := p.not
	p.not = false
	out := strings.Split(p.next(), ",")
	for i := range out {
		if not {
			out[i] = "!" + out[i]
		}
	}
	return out
}

func (p *liveParser) step() {
	m := &p.rule.Match
	switch word := p.next(); word {
	case "!":
		p.not = true
	case "-s":
		m.Source = understood(p, packet.ParseAddress)
	case "-d":
		m.Destination = understood(p, packet.ParseAddress)
	case "-i":
		m.In = understood(p, packet.ParseInterface)
	case "-o":
		m.Out = understood(p, packet.ParseInterface)
	case "-p":
		m.Protocol = understood(p, packet.ParseProtocol)
	case "-m":
		p.rule.Modules = append(p.rule.Modules, p.next())
	case "--sport":
		m.Sport = p.ports([]string{p.value()})
	case "--dport":
		m.Dport = p.ports([]string{p.value()})
	case "--sports":
		m.Sport = p.ports(p.values())
	case "--dports":
		m.Dport = p.ports(p.values())
	case "--ctstate", "--state":
		list, err := packet.ParseWords("state", packet.StateNames, p.values())
		if err != nil {
			p.rule.Opaque = true
			return
		}
		m.State = &list
	case "--comment":
		p.next()
	case "-j", "-g":
		p.rule.Target = p.next()
		p.rule.Options = p.words[p.at:]
		p.at = len(p.words)
	default:
		p.rule.Opaque = true
		p.not = false
	}
}

func understood[T any](p *liveParser, parse func(string) (T, error)) *T {
	v, err := parse(p.value())
	if err != nil {
		p.rule.Opaque = true
		return nil
	}
	return &v
}

func (p *liveParser) ports(list []string) *packet.Ports {
	v, err := packet.ParsePorts(list)
	if err != nil {
		p.rule.Opaque = true
		return nil
	}
	return &v
}

// terminal reports whether the rule ends a packet's way through the table.
func (r liveRule) terminal() bool {
	switch r.Target {
	case "ACCEPT", "DROP", "REJECT", "QUEUE", "NFQUEUE", "REDIRECT", "DNAT", "SNAT", "MASQUERADE", "NETMAP", "TPROXY", "TARPIT":
		return true
	}
	return false
}
