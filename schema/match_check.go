package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/schema/packet"
)

// checkMatches checks the conditions of a block against each other.
func checkMatches(r *Resource) (packet.Spec, []Problem) {
	spec, problems := MatchSpec(r)
	if len(problems) > 0 {
		return spec, problems
	}
	add := func(attribute, summary, detail string) {
		problems = append(problems, Problem{Attribute: attribute, Summary: summary, Detail: detail})
	}
	checkProtocol(r, spec, add)
	_, syn := r.Attrs["syn"]
	if _, flags := r.Attrs["tcp_flags"]; syn && flags {
		add("syn", "Two conditions on TCP flags", "syn is short for a tcp_flags condition. Keep one of them.")
	}
	if err := checkFamilies(r, spec); err != nil {
		attribute := "families"
		var conflict *packet.ConflictError
		if errors.As(err, &conflict) {
			attribute = conflict.Attribute
		}
		add(attribute, "No packet can match", asSentence(err.Error()))
	}
	if comment, ok := r.String("comment"); ok {
		if room := MaxComment - len(RuleTag(r.Address)) - 1; len(comment) > room {
			add("comment", "Comment too long", fmt.Sprintf("The comment has %d bytes. The kernel keeps %d, and the tag %q that marks the rule as ctplan's takes %d of them: %d are left.",
				len(comment), MaxComment, RuleTag(r.Address), len(RuleTag(r.Address))+1, room))
		}
	}
	return spec, problems
}

// checkProtocol sees to it that a condition on a header field comes with the
// protocol whose header has it.
func checkProtocol(r *Resource, spec packet.Spec, add func(attribute, summary, detail string)) {
	p := spec.Protocol
	if a, ok := r.Attrs["protocol"]; ok && !a.Value.IsKnown() {
		return
	}
	is := func(numbers ...uint8) bool { return p != nil && !p.Not && slices.Contains(numbers, p.Number) }
	for _, name := range []string{"sport", "dport"} {
		if _, ok := r.Attrs[name]; ok && (p == nil || !p.HasPorts()) {
			add(name, "Ports need a protocol that has them", name+` looks at a port, so protocol must be "tcp", "udp", "sctp", "dccp" or "udplite". Use for_each = toset(["tcp", "udp"]) for two of them.`)
		}
	}
	for _, name := range []string{"tcp_flags", "syn"} {
		if _, ok := r.Attrs[name]; ok && !is(packet.TCP) {
			add(name, "TCP flags need TCP", name+` looks at the TCP header: add protocol = "tcp".`)
		}
	}
	if spec.ICMPText == "" {
		return
	}
	var family packet.Family
	switch {
	case is(packet.ICMP):
		family = packet.IPv4
	case is(packet.ICMPv6):
		family = packet.IPv6
	default:
		add("icmp_type", "ICMP types need ICMP", `icmp_type looks at the ICMP header: add protocol = "icmp" (IPv4) or "icmpv6".`)
		return
	}
	if _, err := packet.ParseICMPType(family, spec.ICMPText); err != nil {
		add("icmp_type", "Invalid icmp_type", asSentence(err.Error()))
	}
}

func checkFamilies(r *Resource, spec packet.Spec) error {
	declared, ok := DeclaredFamilies(r)
	if _, set := r.Attrs["families"]; set && !ok {
		return nil // not known yet
	}
	_, err := spec.Families(declared)
	return err
}

// DeclaredFamilies are those of the families attribute; none where it is not
// set or not known.
func DeclaredFamilies(r *Resource) ([]packet.Family, bool) {
	a, ok := r.Attrs["families"]
	if !ok || !a.Value.IsWhollyKnown() || a.Value.IsNull() {
		return nil, false
	}
	list, err := wordTexts(a.Value)
	if err != nil {
		return nil, false
	}
	var out []packet.Family
	for _, s := range list {
		out = append(out, packet.Family(s))
	}
	return out, true
}

// hookProblem says why a condition cannot be asked in a hook, or nothing.
// The kernel refuses some of these, and others would never match.
func hookProblem(name, hook string) string {
	leaving := hook == "OUTPUT" || hook == "POSTROUTING"
	switch name {
	case "in_interface":
		if leaving {
			return "packets there have no incoming interface"
		}
	case "out_interface":
		if hook == "PREROUTING" || hook == "INPUT" {
			return "packets there have no outgoing interface yet"
		}
	case "mac_source":
		if leaving {
			return "packets there have no source hardware address"
		}
	case "uid_owner", "gid_owner":
		if !leaving {
			return "only packets that this host sends have an owner"
		}
	}
	return ""
}

// checkHooks reports conditions that the chains of a block cannot ask.
func checkHooks(r *Resource, chains []string) []Problem {
	var out []Problem
	for _, name := range []string{"in_interface", "out_interface", "mac_source", "uid_owner", "gid_owner"} {
		if _, ok := r.Attrs[name]; !ok {
			continue
		}
		for _, chain := range chains {
			if why := hookProblem(name, chain); why != "" {
				out = append(out, Problem{Attribute: name, Summary: name + " cannot be used in " + chain,
					Detail: asSentence(why) + " Leave " + name + " out, or " + chain + " out of chains."})
			}
		}
	}
	return out
}

// checkChains checks the chains of a block against those of its table.
func checkChains(r *Resource, table string, possible []string) ([]string, []Problem) {
	chains, known := r.Strings("chains")
	var out []Problem
	seen := map[string]bool{}
	for _, c := range chains {
		switch {
		case !slices.Contains(possible, c):
			out = append(out, Problem{Attribute: "chains", Summary: "Unknown chain " + fmt.Sprintf("%q", c),
				Detail: fmt.Sprintf("Table %s has the chains %s.", table, strings.Join(possible, ", "))})
		case seen[c]:
			out = append(out, Problem{Attribute: "chains", Summary: "Chain " + c + " is listed twice", Detail: "Keep it once."})
		}
		seen[c] = true
	}
	if known && len(chains) == 0 {
		out = append(out, Problem{Attribute: "chains", Summary: "No chain is listed", Detail: "No rule would be made; use enabled = false for that."})
	}
	return chains, out
}
