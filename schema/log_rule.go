package schema

import (
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/schema/packet"
)

// The longest log prefixes in bytes: struct xt_log_info holds 30 with the
// final NUL, struct xt_nflog_info 64. iptables cuts silently what is longer.
const (
	MaxLogPrefix   = 29
	MaxNflogPrefix = 63
)

// HooksOf are the built-in chains of each table that can log.
var HooksOf = map[string][]string{
	"filter":   {"INPUT", "FORWARD", "OUTPUT"},
	"raw":      {"PREROUTING", "OUTPUT"},
	"mangle":   {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"},
	"nat":      {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"},
	"security": {"INPUT", "FORWARD", "OUTPUT"},
}

// logRuleTable is the table of log_rule blocks.
var logRuleTable = BlockType{
	Name:    "log_rule",
	Summary: "Packets that are written to the kernel log (LOG) or sent to a netlink group (NFLOG).",
	Description: "The rules live in chains `CTPLAN-LOG-*` of the table, each called by one commented jump at the declared position. " +
		"Logging does not decide about a packet; it only has to stand where the packet still comes by.\n\n" +
		"The kernel log is readable by everybody who may read it, and a flood of packets is a flood of lines: use `limit` or `hashlimit`.",
	Attributes: slices.Concat(
		[]Attribute{
			{Name: "table", Type: TypeEnum, Default: "filter", Description: "The table.", Enum: []EnumValue{
				{Word: "filter"}, {Word: "raw"}, {Word: "mangle"}, {Word: "nat"}, {Word: "security"}}},
			{Name: "chains", Type: TypeStringList, Required: true, Description: "Built-in chains of the table: INPUT, FORWARD, OUTPUT, PREROUTING, POSTROUTING."},
			familiesAttribute,
		},
		matchAttributes,
		[]Attribute{
			{Name: "target", Type: TypeEnum, Default: "LOG", Description: "Where the packets are reported.", Enum: []EnumValue{
				{Word: "LOG", Description: "the kernel log"}, {Word: "NFLOG", Description: "a netlink group, for ulogd and the like"}}},
			{Name: "prefix", Type: TypeString, Convert: prefixText,
				Description: "Text before each line. LOG keeps 29 bytes, NFLOG 63; end it with a blank, since LOG adds none."},
			{Name: "level", Type: TypeEnum, Default: "warning", Numeric: true, Min: int64Ptr(0), Max: int64Ptr(7), Enum: LogLevels,
				Description: "LOG: the level of the lines, by syslog's name or number."},
			{Name: "tcp_sequence", Type: TypeBool, Default: "false", Description: "LOG: write TCP sequence numbers. Whoever reads the log can then disturb connections."},
			{Name: "tcp_options", Type: TypeBool, Default: "false", Description: "LOG: write the options of the TCP header."},
			{Name: "ip_options", Type: TypeBool, Default: "false", Description: "LOG: write the options of the IP header."},
			{Name: "uid", Type: TypeBool, Default: "false", Description: "LOG: write the user who sent the packet."},
			{Name: "macdecode", Type: TypeBool, Default: "false", Description: "LOG: write hardware addresses and protocol field by field."},
			{Name: "group", Type: TypeNumber, Default: "0", Min: int64Ptr(0), Max: int64Ptr(65535), Description: "NFLOG: the netlink group."},
			{Name: "size", Type: TypeSize, Unit: "bytes", Min: int64Ptr(0), Max: int64Ptr(4294967295), Description: "NFLOG: how much of each packet is copied; all of it when not set."},
			{Name: "threshold", Type: TypeNumber, Default: "1", Min: int64Ptr(1), Max: int64Ptr(65535), Description: "NFLOG: how many packets are sent to the listener at once."},
			positionAttribute,
			backendAttribute,
			rulesPersistAttribute,
		},
	),
	Blocks: []NestedBlock{limitBlock, hashlimitBlock},
	Check:  checkLogRule,
	Example: `log_rule "resets" {
  chains       = ["INPUT", "OUTPUT"]
  families     = ["ipv4"]
  protocol     = "tcp"
  sport        = "!3406"
  tcp_flags    = { mask = ["RST"], set = ["RST"] }
  prefix       = "[drds] "
  level        = "debug"
  tcp_sequence = true
  tcp_options  = true
  ip_options   = true
  limit {
    rate = "10/second"
  }
}
`,
}

// LogLevels are syslog's levels, with the numbers that rules take.
var LogLevels = []EnumValue{
	{Word: "emerg", Kernel: "0", Aliases: []string{"panic"}},
	{Word: "alert", Kernel: "1"},
	{Word: "crit", Kernel: "2"},
	{Word: "error", Kernel: "3", Aliases: []string{"err"}},
	{Word: "warning", Kernel: "4", Aliases: []string{"warn"}},
	{Word: "notice", Kernel: "5"},
	{Word: "info", Kernel: "6"},
	{Word: "debug", Kernel: "7"},
}

var limitBlock = NestedBlock{
	Name:        "limit",
	Description: "Log no more packets than this, of all senders together.",
	Attributes: []Attribute{
		{Name: "rate", Type: TypeString, Required: true, Convert: oneValue(rateText(packet.LimitScale)), Description: "Packets per second, minute, hour or day: `\"10/minute\"`."},
		{Name: "burst", Type: TypeNumber, Default: "5", Min: int64Ptr(1), Max: int64Ptr(10000), Description: "How many packets may come at once before the rate counts."},
	},
}

var hashlimitBlock = NestedBlock{
	Name:        "hashlimit",
	Description: "Log no more packets than this of each sender, receiver or port, as `mode` says.",
	Attributes: []Attribute{
		{Name: "rate", Type: TypeString, Required: true, Convert: oneValue(rateText(packet.HashlimitScale)), Description: "Packets per second, minute, hour or day of each group."},
		{Name: "burst", Type: TypeNumber, Default: "5", Min: int64Ptr(1), Max: int64Ptr(1000000), Description: "How many packets of a group may come at once."},
		{Name: "mode", Type: TypeStringList, Convert: listValue(vocabularyTexts("mode", HashlimitModes)), Description: "What makes a group: srcip, srcport, dstip, dstport. Empty: all packets are one."},
		{Name: "above", Type: TypeBool, Default: "false", Description: "Log what is above the rate instead of what is within it."},
		{Name: "name", Type: TypeString, Convert: oneValue(hashlimitName), Description: "Name of the hash table in /proc/net/ipt_hashlimit; derived from the address when not set. Rules with the same name share it."},
		{Name: "srcmask", Type: TypeNumber, Min: int64Ptr(0), Max: int64Ptr(128), Description: "Length of the source prefix that is one group."},
		{Name: "dstmask", Type: TypeNumber, Min: int64Ptr(0), Max: int64Ptr(128), Description: "Length of the destination prefix that is one group."},
		{Name: "htable_size", Type: TypeNumber, Min: int64Ptr(1), Max: int64Ptr(4294967295), Description: "Buckets of the hash table."},
		{Name: "htable_max", Type: TypeNumber, Min: int64Ptr(1), Max: int64Ptr(4294967295), Description: "Most entries of the hash table."},
		{Name: "htable_expire", Type: TypeNumber, Unit: "milliseconds", Min: int64Ptr(1), Max: int64Ptr(4294967295), Description: "After how long without packets an entry goes."},
		{Name: "htable_gcinterval", Type: TypeNumber, Unit: "milliseconds", Min: int64Ptr(1), Max: int64Ptr(4294967295), Description: "Time between two searches for old entries."},
	},
}

// HashlimitModes in the order in which rules list them.
var HashlimitModes = []string{"srcip", "srcport", "dstip", "dstport"}

func int64Ptr(n int64) *int64 { return &n }

func prefixText(v cty.Value) (cty.Value, error) {
	s := v.AsString()
	if s == "" {
		return v, fmt.Errorf("the prefix is empty: leave the attribute out")
	}
	return v, packet.CheckText("prefix", s, MaxNflogPrefix)
}

func hashlimitName(s string) (string, error) {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '.' {
			return "", fmt.Errorf("%q names a file in /proc: letters, digits, dots, dashes and underscores are possible", s)
		}
	}
	if s == "" || s[0] == '.' || len(s) > 60 {
		return "", fmt.Errorf("%q is not a name for a hash table: 1 to 60 bytes, not starting with a dot", s)
	}
	return s, nil
}

// rateText reads a rate that a limiter of the scale can have.
func rateText(scale uint64) func(string) (string, error) {
	return func(s string) (string, error) {
		r, err := packet.ParseRate(s)
		if err != nil {
			return "", err
		}
		if _, ok := r.Rounded(scale); !ok {
			return "", fmt.Errorf("%s is faster than the %d packets per second that the kernel can count", r, scale)
		}
		return r.String(), nil
	}
}
