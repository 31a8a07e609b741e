package schema

import "slices"

// notrackTable is the table of notrack blocks.
var notrackTable = BlockType{
	Name:    "notrack",
	Summary: "Packets that connection tracking leaves alone (raw table, NOTRACK).",
	Description: "Matching packets get no entry in the connection table. Both directions have to be exempt, or the replies are tracked, " +
		"or dropped by rules that look at the connection's state: `role` makes both.\n\n" +
		"The rules live in the chains `CTPLAN-PRE` and `CTPLAN-OUT` of table raw. The first CT or NOTRACK target that a packet meets decides, " +
		"in any tool's chain, which is why the default position is first.\n\n" +
		"Untracked packets have the state UNTRACKED. They match neither NEW nor ESTABLISHED, and are not translated (NAT), helped or marked.",
	Attributes: slices.Concat(
		[]Attribute{
			{Name: "role", Type: TypeEnum, Enum: []EnumValue{
				{Word: "server", Description: "this host serves the traffic: PREROUTING as written, OUTPUT mirrored"},
				{Word: "client", Description: "this host asks for it: OUTPUT as written, PREROUTING mirrored"},
				{Word: "both", Description: "both of them"},
			}, Description: "What this host is in the traffic. The rules of the other direction follow by trading the ends. An interface is the incoming one in PREROUTING and the outgoing one in OUTPUT."},
			{Name: "chains", Type: TypeStringList, Description: "Instead of `role`: PREROUTING, OUTPUT or both, with the conditions as written in each."},
			familiesAttribute,
		},
		matchAttributes,
		[]Attribute{
			{Name: "evict", Type: TypeBool, Default: "false",
				Irreversible: "deleted connection entries cannot be brought back",
				Description:  "Delete the tracked flows that the rules match, after the rules are in. Without it they stay until they time out."},
			positionAttribute,
			backendAttribute,
			rulesPersistAttribute,
		},
	),
	Check: checkNotrack,
	Example: `notrack "dns" {
  for_each = toset(["udp", "tcp"])
  protocol = each.key
  dport    = 53
  role     = "server"
}
`,
}

func checkNotrack(r *Resource) []Problem {
	_, problems := checkMatches(r)
	_, role := r.Attrs["role"]
	_, explicit := r.Attrs["chains"]
	switch {
	case role && explicit:
		problems = append(problems, Problem{Attribute: "chains", Summary: "Both role and chains are set",
			Detail: "role decides the chains. Keep role, or name the chains and write the conditions for each direction yourself."})
	case role:
		problems = append(problems, checkRole(r)...)
	case explicit:
		chains, more := checkChains(r, "raw", []string{"PREROUTING", "OUTPUT"})
		problems = append(append(problems, more...), checkHooks(r, chains)...)
	default:
		problems = append(problems, Problem{Summary: "Neither role nor chains is set",
			Detail: `Say what this host is in the traffic with role = "server", "client" or "both", or name the chains: chains = ["PREROUTING", "OUTPUT"].`})
	}
	if _, ok := r.Attrs["ctstate"]; ok {
		problems = append(problems, Problem{Attribute: "ctstate", Warning: true, Summary: "Connections have no state yet in table raw",
			Detail: "Table raw comes before connection tracking: every packet there is UNTRACKED or INVALID. Leave ctstate out."})
	}
	return problems
}

// checkRole refuses conditions that describe one direction only: mirrored
// they would be wrong, and left out they would be one-sided.
func checkRole(r *Resource) []Problem {
	var out []Problem
	for _, name := range []string{"tcp_flags", "syn", "icmp_type", "mac_source", "uid_owner", "gid_owner", "pkttype", "match"} {
		if _, ok := r.Attrs[name]; ok {
			out = append(out, Problem{Attribute: name, Summary: name + " describes one direction",
				Detail: "role makes rules for both directions, and there is no telling what " + name + " is in the answers. Write two blocks with chains instead."})
		}
	}
	return out
}
