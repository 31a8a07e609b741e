package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/ti-mo/conntrack"

	"github.com/ctplan/ctplan/schema/packet"
)

// Where the kernel shows that it tracks connections, and which.
const (
	flowCount     = "/proc/sys/net/netfilter/nf_conntrack_count"
	flowTable     = "/proc/net/nf_conntrack"
	flowModule    = "/sys/module/nf_conntrack_netlink"
	loadedModules = "/proc/modules"
)

// Flows implements Host. It asks by netlink where that needs no module to be
// loaded, and reads /proc/net/nf_conntrack where netlink cannot be had or is
// refused. To delete, the kernel may load nf_conntrack_netlink.
func (l *Live) Flows(ctx context.Context, visit func(Flow) FlowVerdict) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := l.ReadFile(ctx, flowCount); errors.Is(err, fs.ErrNotExist) {
		return nil // nf_conntrack is not loaded
	}
	table, err := l.flows(ctx)
	if err != nil {
		return err
	}
	var doomed []Flow
	for i, f := range table {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if visit(f) == DeleteFlow {
			doomed = append(doomed, f)
		}
	}
	return l.deleteFlows(ctx, doomed)
}

// flows lists the table in one of the two ways.
func (l *Live) flows(ctx context.Context) ([]Flow, error) {
	asked := netlinkAtHand()
	var refused error
	if asked {
		table, err := l.dumpFlows()
		if err == nil {
			return table, nil
		}
		refused = err
	}
	file, err := l.ReadFile(ctx, flowTable)
	switch {
	case err == nil:
		return parseFlows(string(file.Data)), nil
	case refused != nil:
		return nil, fmt.Errorf("list the connection table: %w", refused)
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrFlowsHidden
	}
	return nil, err
}

// netlinkAtHand reports whether a request by netlink loads no module: the
// module is there, or the kernel has no loadable modules at all.
func netlinkAtHand() bool {
	if _, err := os.Stat(flowModule); err == nil {
		return true
	}
	_, err := os.Stat(loadedModules)
	return errors.Is(err, fs.ErrNotExist)
}

func parseFlows(text string) []Flow {
	var out []Flow
	for line := range strings.Lines(text) {
		if f, ok := ParseFlow(line); ok {
			out = append(out, f)
		}
	}
	return out
}

// dial opens a netlink socket in the right namespace: it stays there.
func (l *Live) dial() (conn *conntrack.Conn, err error) {
	l.where.do(func() { conn, err = conntrack.Dial(nil) })
	return conn, err
}

func (l *Live) dumpFlows() ([]Flow, error) {
	conn, err := l.dial()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	table, err := conn.Dump(nil)
	if err != nil {
		return nil, err
	}
	out := make([]Flow, len(table))
	for i := range table {
		out[i] = flowOf(&table[i])
	}
	return out, nil
}

// deleteFlows deletes each by its tuple. One that has ended meanwhile is no
// failure.
func (l *Live) deleteFlows(ctx context.Context, flows []Flow) error {
	if len(flows) == 0 {
		return nil
	}
	conn, err := l.dial()
	if err != nil {
		return fmt.Errorf("delete tracked flows: %w", err)
	}
	defer conn.Close()
	for i, f := range flows {
		if err := ctx.Err(); err != nil {
			return err
		}
		// The kernel finds it by the first tuple; the library takes the family
		// from both.
		err := conn.Delete(conntrack.Flow{TupleOrig: f.Original.netlink(f.Protocol), TupleReply: f.Reply.netlink(f.Protocol), Zone: f.Zone})
		if err != nil && !errors.Is(err, syscall.ENOENT) {
			return fmt.Errorf("delete tracked flows: number %d of %d, %s to %s: %w", i+1, len(flows), f.Original.Source, f.Original.Destination, err)
		}
	}
	return nil
}

// flowOf translates an entry as netlink tells it.
func flowOf(c *conntrack.Flow) Flow {
	f := Flow{
		Family:   packet.FamilyOf(c.TupleOrig.IP.SourceAddress),
		Protocol: c.TupleOrig.Proto.Protocol,
		Original: tupleOf(c.TupleOrig),
		Reply:    tupleOf(c.TupleReply),
		Replied:  c.Status.SeenReply(),
		Assured:  c.Status.Assured(),
		Mark:     c.Mark,
		Zone:     c.Zone,
	}
	switch p := c.ProtoInfo; {
	case p.TCP != nil:
		f.State = stateName(tcpStates, p.TCP.State)
	case p.SCTP != nil:
		f.State = stateName(sctpStates, p.SCTP.State)
	case p.DCCP != nil:
		f.State = stateName(dccpStates, p.DCCP.State)
	}
	return f
}

func tupleOf(t conntrack.Tuple) Tuple {
	return Tuple{
		Source: t.IP.SourceAddress, Destination: t.IP.DestinationAddress,
		Sport: t.Proto.SourcePort, Dport: t.Proto.DestinationPort,
		ICMPType: t.Proto.ICMPType, ICMPCode: t.Proto.ICMPCode, ICMPID: t.Proto.ICMPID,
		Zone: t.Zone,
	}
}

func (t Tuple) netlink(protocol uint8) conntrack.Tuple {
	return conntrack.Tuple{
		IP: conntrack.IPTuple{SourceAddress: t.Source, DestinationAddress: t.Destination},
		Proto: conntrack.ProtoTuple{
			Protocol: protocol, SourcePort: t.Sport, DestinationPort: t.Dport,
			ICMPType: t.ICMPType, ICMPCode: t.ICMPCode, ICMPID: t.ICMPID,
		},
		Zone: t.Zone,
	}
}
