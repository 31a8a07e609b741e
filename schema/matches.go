package schema

import (
	"github.com/ctplan/ctplan/schema/packet"
)

// matchAttributes are the conditions on packets that notrack and log_rule
// share, in the order in which they are shown.
var matchAttributes = []Attribute{
	{Name: "protocol", Type: TypeAny, Convert: oneValue(ruleText(packet.ParseProtocol)),
		Description: "Transport protocol, by name or number. `!` before it negates, here and in every other condition."},
	{Name: "source", Type: TypeAny, Convert: listValue(addressTexts),
		Description: "Source address or network, or a list of them: each makes a rule of its own. Rules are made for the families that the addresses belong to."},
	{Name: "destination", Type: TypeAny, Convert: listValue(addressTexts),
		Description: "Destination address or network, or a list of them, as for `source`."},
	{Name: "in_interface", Type: TypeString, Convert: oneValue(ruleText(packet.ParseInterface)),
		Description: "Interface on which the packet came in; a final `+` stands for any rest of the name."},
	{Name: "out_interface", Type: TypeString, Convert: oneValue(ruleText(packet.ParseInterface)),
		Description: "Interface on which the packet leaves."},
	{Name: "sport", Type: TypeAny, Convert: listValue(portTexts),
		Description: "Source port, range `\"1000:2000\"`, or a list of up to 15 ports (a range counts as two)."},
	{Name: "dport", Type: TypeAny, Convert: listValue(portTexts),
		Description: "Destination port, range or list, as for `sport`."},
	{Name: "icmp_type", Type: TypeAny, Convert: oneValue(icmpTypeText),
		Description: "ICMP message, by name, type, or type/code (`\"3/1\"`); names and numbers are those of the protocol, icmp or icmpv6."},
	{Name: "tcp_flags", Type: TypeAny, Convert: tcpFlagsValue,
		Description: "TCP flags `{ mask = [...], set = [...] }`: of those in `mask`, exactly those in `set` are set. `negate = true` inverts it."},
	{Name: "syn", Type: TypeBool,
		Description: "Only packets that open a TCP connection; with `false`, only others."},
	{Name: "ctstate", Type: TypeAny, Convert: listValue(vocabularyTexts("connection state", packet.StateNames)),
		Description: "Connection states: INVALID, NEW, RELATED, ESTABLISHED, UNTRACKED, SNAT, DNAT."},
	{Name: "mark", Type: TypeAny, Convert: oneValue(ruleText(packet.ParseMark)),
		Description: "Packet mark, decimal or hexadecimal, with an optional mask: `\"0x10/0xf0\"`."},
	{Name: "mac_source", Type: TypeString, Convert: oneValue(ruleText(packet.ParseMAC)),
		Description: "Source hardware address; only where packets come in."},
	{Name: "uid_owner", Type: TypeAny, Convert: oneValue(ruleText(packet.ParseOwner)),
		Description: "User who owns the sending socket: ID, range of IDs `\"1000-1999\"`, or name; only where packets leave."},
	{Name: "gid_owner", Type: TypeAny, Convert: oneValue(ruleText(packet.ParseOwner)),
		Description: "Group that owns the sending socket, as for `uid_owner`."},
	{Name: "src_type", Type: TypeAny, Convert: listValue(vocabularyTexts("address type", packet.AddrTypeNames)),
		Description: "What routing makes of the source address: LOCAL, UNICAST, BROADCAST, MULTICAST, ..."},
	{Name: "dst_type", Type: TypeAny, Convert: listValue(vocabularyTexts("address type", packet.AddrTypeNames)),
		Description: "What routing makes of the destination address."},
	{Name: "src_range", Type: TypeString, Convert: oneValue(ruleText(packet.ParseAddressRange)),
		Description: "Source addresses from one to another: `\"10.0.0.10-10.0.0.20\"`."},
	{Name: "dst_range", Type: TypeString, Convert: oneValue(ruleText(packet.ParseAddressRange)),
		Description: "Destination addresses from one to another."},
	{Name: "length", Type: TypeAny, Convert: oneValue(ruleText(packet.ParseLength)), Unit: "bytes",
		Description: "Length of the packet, or a range `\"100:200\"`."},
	{Name: "ttl", Type: TypeAny, Convert: oneValue(ruleText(packet.ParseTTL)),
		Description: "Time to live, for IPv6 the hop limit: `64`, `\"<5\"`, `\">128\"`."},
	{Name: "pkttype", Type: TypeString, Convert: oneValue(packetTypeText),
		Description: "Link layer packet type: unicast (or host), broadcast, multicast."},
	{Name: "set", Type: TypeString, Convert: oneValue(ruleText(packet.ParseSet)),
		Description: "Membership in an ipset: its name and one direction for each of its dimensions, `\"blocked src\"`, `\"services dst,dst\"`. The set has to exist."},
	{Name: "comment", Type: TypeString, Convert: oneValue(commentText),
		Description: "Text that is added to the rule's own comment, `ctplan:ADDRESS`."},
	{Name: "match", Type: TypeStringList, Convert: listValue(rawMatchTexts),
		Description: "Any other match, as arguments of iptables: `[\"-m\", \"u32\", \"--u32\", \"...\"]`."},
}

// rulesPersistAttribute has rules come back after a boot.
var rulesPersistAttribute = Attribute{
	Name: "persist", Type: TypeBool, Default: "true",
	Description: "Restore the rules at boot, before the network is up (ctplan-boot.service).",
}

// backendAttribute pins the packet filter that the rules go into.
var backendAttribute = Attribute{
	Name: "backend", Type: TypeEnum, Default: "auto",
	Enum: []EnumValue{
		{Word: "auto", Description: "the one that the host's iptables command uses"},
		{Word: "nft", Description: "iptables-nft: nf_tables"},
		{Word: "legacy", Description: "iptables-legacy: ip_tables"},
	},
	Description: "The iptables backend. Pin it on hosts where both are in use.",
}

// familiesAttribute says which of the two rule sets get the rules.
var familiesAttribute = Attribute{
	Name: "families", Type: TypeStringList, Default: `["ipv4", "ipv6"]`, Convert: listValue(familyTexts),
	Description: "Address families. Without it, rules are made for both, less the families that a condition excludes.",
}

// MaxComment is the length of a rule's comment in bytes (XT_MAX_COMMENT_LEN
// is 256, with the final NUL).
const MaxComment = 255
