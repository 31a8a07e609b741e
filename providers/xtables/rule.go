package xtables

import (
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema/packet"
)

// Rule is one packet filter rule, independent of any tool's text.
type Rule struct {
	Family packet.Family
	// Table and Hook say which packets come by, and when: "raw", "PREROUTING".
	Table, Hook string
	// At is where the chain is called from the hook.
	At        ruleset.Position
	Match     packet.Match
	Limit     *Limit
	Hashlimit *Hashlimit
	Action    Action
	// Comment marks the rule as a resource's; see schema.RuleComment.
	Comment string
}

// Action is what becomes of a packet that matches: exactly one of its fields
// is set. None of them ends the packet's way through the rules.
type Action struct {
	Notrack bool
	Log     *Log
	NFLog   *NFLog
}

// Log writes a line into the kernel log.
type Log struct {
	Prefix      string
	Level       int // 0 to 7, as of syslog
	TCPSequence bool
	TCPOptions  bool
	IPOptions   bool
	UID         bool
	MACDecode   bool
}

// NFLog sends the packet to a netlink group.
type NFLog struct {
	Prefix string
	Group  int
	// Size is how many bytes of the packet are copied; nil is all of it.
	Size *int64
	// Threshold is how many packets are sent at once; 0 is the kernel's choice.
	Threshold int
}

// Limit lets packets through up to a rate.
type Limit struct {
	Rate  packet.Rate
	Burst int64
}

// Hashlimit does so for groups of packets.
type Hashlimit struct {
	Name             string
	Rate             packet.Rate
	Above            bool
	Burst            int64
	Mode             []string // of schema.HashlimitModes, in their order
	SrcMask, DstMask *int64
	Size, Max        int64 // 0: the kernel's choice
	// Expire and GCInterval are milliseconds; 0: the tool's choice.
	Expire, GCInterval int64
}

// Purpose names the chain that the rule goes into.
func (r Rule) Purpose() string {
	if r.Action.Notrack {
		return ""
	}
	return "LOG"
}

// Chain is the name of that chain.
func (r Rule) Chain() string { return ruleset.ChainName(r.Purpose(), r.Hook, r.At) }
