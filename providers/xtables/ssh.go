package xtables

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/schema/packet"
)

// SSHConnection is the connection over which the operator works.
type SSHConnection struct {
	Client, Server         netip.Addr
	ClientPort, ServerPort uint16
}

// ParseSSHConnection reads the environment variable SSH_CONNECTION:
// "192.0.2.1 51234 192.0.2.2 22". It is nil where that is empty.
func ParseSSHConnection(s string) (*SSHConnection, error) {
	f := strings.Fields(s)
	if len(f) == 0 {
		return nil, nil
	}
	wrong := fmt.Errorf("SSH_CONNECTION is %q, not the two ends of a connection", s)
	if len(f) != 4 {
		return nil, wrong
	}
	client, err1 := netip.ParseAddr(f[0])
	clientPort, err2 := strconv.ParseUint(f[1], 10, 16)
	server, err3 := netip.ParseAddr(f[2])
	serverPort, err4 := strconv.ParseUint(f[3], 10, 16)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		return nil, wrong
	}
	return &SSHConnection{client.Unmap().WithZone(""), server.Unmap().WithZone(""), uint16(clientPort), uint16(serverPort)}, nil
}

// meets reports whether packets of the connection can match in a hook.
func (c *SSHConnection) meets(f packet.Family, hook string, m packet.Match) bool {
	if packet.FamilyOf(c.Client) != f {
		return false
	}
	from, to := c.end(c.Client, c.ClientPort), c.end(c.Server, c.ServerPort)
	in := packet.Match{
		Protocol: &packet.Protocol{Number: packet.TCP},
		Source:   from.address, Sport: from.port, Destination: to.address, Dport: to.port,
	}
	switch hook {
	case "INPUT":
		return overlap(&m, &in)
	case "OUTPUT":
		out := in.Mirror()
		return overlap(&m, &out)
	}
	return false
}

type end struct {
	address *packet.Address
	port    *packet.Ports
}

func (c *SSHConnection) end(a netip.Addr, port uint16) end {
	return end{
		&packet.Address{Prefix: netip.PrefixFrom(a, a.BitLen())},
		&packet.Ports{Ranges: []packet.PortRange{{Lo: port, Hi: port}}},
	}
}
