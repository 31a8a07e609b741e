package host

import (
	"errors"
	"net/netip"

	"github.com/ctplan/ctplan/schema/packet"
)

// Flow is an entry of the connection table. Flows can be compared with ==.
type Flow struct {
	Family packet.Family
	// Protocol is the transport protocol's number.
	Protocol uint8
	// Original is what the packets of the side that began look like, Reply
	// what those of the other side do; with NAT they are no mirror images.
	Original, Reply Tuple
	// State is the protocol's state in the kernel's word ("TIME_WAIT"); empty
	// for protocols without states.
	State string
	// Replied says that packets were seen in both directions, Assured that
	// the entry is not sacrificed when the table is full.
	Replied, Assured bool
	Mark             uint32
	Zone             uint16
}

// Tuple identifies the packets of one direction of a flow.
type Tuple struct {
	Source, Destination netip.Addr
	// Sport and Dport are ports, or GRE's keys.
	Sport, Dport uint16
	// ICMPType, ICMPCode and ICMPID are set for ICMP and ICMPv6 only.
	ICMPType, ICMPCode uint8
	ICMPID             uint16
	// Zone is set where the two directions have zones of their own.
	Zone uint16
}

// FlowVerdict is what becomes of a flow that was visited.
type FlowVerdict bool

// The verdicts.
const (
	KeepFlow   FlowVerdict = false
	DeleteFlow FlowVerdict = true
)

// ErrFlowsHidden says that the kernel tracks connections and shows them
// nowhere: it was built without /proc/net/nf_conntrack
// (CONFIG_NF_CONNTRACK_PROCFS), and the module nf_conntrack_netlink is not
// loaded. Reading does not load it.
var ErrFlowsHidden = errors.New("this kernel shows its connection table only through the module nf_conntrack_netlink, which is not loaded: load it (modprobe nf_conntrack_netlink)")

// Names of the protocols' states as /proc/net/nf_conntrack prints them, by
// their numbers in ctnetlink. Source: kernel, nf_conntrack_proto_tcp.c,
// nf_conntrack_proto_sctp.c, nf_conntrack_proto_dccp.c.
var (
	tcpStates = []string{"NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2"}

	sctpStates = []string{"NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD",
		"SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED"}

	dccpStates = []string{"NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT", "IGNORE", "INVALID"}
)

// stateName is a state's word, or empty where this list does not know it.
func stateName(names []string, n uint8) string {
	if int(n) < len(names) {
		return names[n]
	}
	return ""
}
