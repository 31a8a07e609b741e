package xtables

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/florianl/go-nflog/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/schema/packet"
)

// pair is two namespaces joined by a veth pair: the server's has the rules.
type pair struct {
	server, client         *host.Live
	serverName, clientName string
}

func newPair(t *testing.T) pair {
	t.Helper()
	p := pair{serverName: hosttest.Netns(t), clientName: hosttest.Netns(t)}
	for _, side := range []struct {
		name string
		h    **host.Live
	}{{p.serverName, &p.server}, {p.clientName, &p.client}} {
		h, err := host.NewLive(host.LiveOptions{Netns: side.name})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { h.Close() })
		*side.h = h
	}
	do(t, p.server, "", "ip", "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", p.clientName)
	for i, h := range []*host.Live{p.server, p.client} {
		do(t, h, "", "ip", "addr", "add", fmt.Sprintf("192.0.2.%d/24", i+1), "dev", "veth0")
		do(t, h, "", "ip", "link", "set", "veth0", "up")
		do(t, h, "", "ip", "link", "set", "lo", "up")
	}
	return p
}

// echo serves UDP on a port of the server until the test ends.
func (p pair) echo(t *testing.T, port int) {
	t.Helper()
	hosttest.InNetns(t, p.serverName, func() error {
		conn, err := net.ListenPacket("udp4", fmt.Sprintf(":%d", port))
		if err != nil {
			return err
		}
		t.Cleanup(func() { conn.Close() })
		go func() {
			buf := make([]byte, 100)
			for {
				n, from, err := conn.ReadFrom(buf)
				if err != nil {
					return
				}
				_, _ = conn.WriteTo(buf[:n], from)
			}
		}()
		return nil
	})
}

// ask sends a datagram and waits for the answer.
func (p pair) ask(t *testing.T, port int) error {
	t.Helper()
	var outcome error
	hosttest.InNetns(t, p.clientName, func() error {
		conn, err := net.Dial("udp4", fmt.Sprintf("192.0.2.1:%d", port))
		if err != nil {
			return err
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(3 * time.Second))
		if _, err := conn.Write([]byte("hello")); err != nil {
			return err
		}
		_, outcome = conn.Read(make([]byte, 100))
		return nil
	})
	return outcome
}

func TestUntrackedPacketsLeaveNoEntry(t *testing.T) {
	for _, backend := range []Backend{NFT, Legacy} {
		t.Run(string(backend), func(t *testing.T) {
			p := newPair(t)
			m := newMachine(t, p.server, backend)
			// A rule on the state makes the kernel track at all.
			do(t, p.server, "*filter\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\nCOMMIT\n", "iptables-"+string(backend)+"-restore", "--noflush")
			m.apply(resource("notrack", "service", values{"protocol": str("udp"), "dport": cty.NumberIntVal(5353), "role": str("server")}))
			for _, port := range []int{5353, 5354} {
				p.echo(t, port)
				if err := p.ask(t, port); err != nil {
					t.Fatalf("port %d: %v", port, err)
				}
			}
			flows := do(t, p.server, "", "conntrack", "-L", "-p", "udp")
			if strings.Contains(flows, "port=5353 ") {
				t.Errorf("the exempt port has an entry:\n%s", flows)
			}
			if !strings.Contains(flows, "dport=5354 ") {
				t.Errorf("the other port has none:\n%s", flows)
			}
			if strings.Contains(flows, "dst=192.0.2.2 sport=5353") || strings.Count(flows, "\n") > 2 {
				t.Errorf("more is tracked than the other port's flow:\n%s", flows)
			}
			for chain, packets := range map[string]uint64{"CTPLAN-PRE": 1, "CTPLAN-OUT": 1} {
				c := must(Target{backend, packet.IPv4, "raw"}.chain(context.Background(), p.server, chain))
				if got := c.Rules[0].Counters.Packets; got != packets {
					t.Errorf("%s counts %d packets, want %d", chain, got, packets)
				}
			}
		})
	}
}

func TestAResetMeetsItsLogRule(t *testing.T) {
	for _, backend := range []Backend{NFT, Legacy} {
		t.Run(string(backend), func(t *testing.T) {
			p := newPair(t)
			newMachine(t, p.server, backend).apply(resets())
			hosttest.InNetns(t, p.clientName, func() error {
				conn, err := net.DialTimeout("tcp4", "192.0.2.1:8182", 3*time.Second)
				if err == nil {
					conn.Close()
					return errors.New("somebody listens on port 8182")
				}
				return nil
			})
			for chain, packets := range map[string]uint64{"CTPLAN-LOG-OUT": 1, "CTPLAN-LOG-IN": 0} {
				c := must(Target{backend, packet.IPv4, "filter"}.chain(context.Background(), p.server, chain))
				if got := c.Rules[0].Counters.Packets; got != packets {
					t.Errorf("%s counts %d resets, want %d", chain, got, packets)
				}
			}
		})
	}
}

// listen receives what the rules of a namespace send to an NFLOG group.
func listen(t *testing.T, netns string, group uint16) <-chan nflog.Attribute {
	t.Helper()
	received := make(chan nflog.Attribute, 16)
	ctx, cancel := context.WithCancel(context.Background())
	hosttest.InNetns(t, netns, func() error {
		nf, err := nflog.Open(&nflog.Config{Group: group, Copymode: nflog.CopyPacket})
		if err != nil {
			cancel()
			return err
		}
		t.Cleanup(func() {
			cancel()
			nf.Close()
		})
		return nf.RegisterWithErrorFunc(ctx,
			func(a nflog.Attribute) int { received <- a; return 0 },
			func(error) int { return 1 }) // the socket was closed: the test is over
	})
	return received
}

// reset opens a connection to the server's port and, where somebody listens
// there, ends it with a reset of the client's.
func (p pair) reset(t *testing.T, port int) {
	t.Helper()
	hosttest.InNetns(t, p.clientName, func() error {
		conn, err := net.DialTimeout("tcp4", fmt.Sprintf("192.0.2.1:%d", port), 3*time.Second)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
			return err
		}
		return conn.Close()
	})
}

// One reset goes out, since nobody listens on the first port, and one comes
// in: each is one message with the prefix, and nothing else is.
func TestResetsAreReceivedFromTheLogGroup(t *testing.T) {
	for _, backend := range []Backend{NFT, Legacy} {
		t.Run(string(backend), func(t *testing.T) {
			p := newPair(t)
			const prefix = "reset of \"8182\": "
			newMachine(t, p.server, backend).apply(resource("log_rule", "resets", values{
				"chains": strs("INPUT", "OUTPUT"), "protocol": str("tcp"), "target": str("NFLOG"), "prefix": str(prefix), "group": cty.NumberIntVal(77), "threshold": cty.NumberIntVal(1),
				"tcp_flags": cty.ObjectVal(values{"mask": strs("RST"), "set": strs("RST")}),
			}))
			received := listen(t, p.serverName, 77)
			hosttest.InNetns(t, p.serverName, func() error {
				l, err := net.Listen("tcp4", ":8183")
				if err == nil {
					t.Cleanup(func() { l.Close() })
				}
				return err
			})
			for _, tc := range []struct {
				port     int
				incoming bool
			}{{8182, false}, {8183, true}} {
				p.reset(t, tc.port)
				select {
				case a := <-received:
					if a.Prefix == nil || *a.Prefix != prefix {
						t.Errorf("port %d: prefix %v, want %q", tc.port, a.Prefix, prefix)
					}
					if (a.InDev != nil) != tc.incoming || (a.OutDev != nil) == tc.incoming {
						t.Errorf("port %d: in device %v, out device %v; an incoming packet is %t", tc.port, a.InDev, a.OutDev, tc.incoming)
					}
				case <-time.After(5 * time.Second):
					t.Errorf("port %d: no message came", tc.port)
				}
			}
			select {
			case a := <-received:
				t.Errorf("a third message came: %+v", a)
			case <-time.After(200 * time.Millisecond):
			}
		})
	}
}
