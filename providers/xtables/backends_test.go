package xtables

import (
	"context"
	"testing"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
	"github.com/ctplan/ctplan/schema/packet"
)

// eachTarget runs a test for both backends and both families, each in a
// network namespace of its own.
func eachTarget(t *testing.T, table string, f func(t *testing.T, h *host.Live, target Target)) {
	t.Helper()
	for _, backend := range []Backend{NFT, Legacy} {
		for _, family := range packet.Families {
			target := Target{backend, family, table}
			t.Run(string(backend)+"/"+string(family), func(t *testing.T) {
				f(t, liveNetns(t), target)
			})
		}
	}
}

// liveNetns is a host in a namespace that is gone after the test.
func liveNetns(t testing.TB) *host.Live {
	t.Helper()
	name := hosttest.Netns(t)
	h, err := host.NewLive(host.LiveOptions{Netns: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	for _, b := range []Backend{NFT, Legacy} {
		target := Target{b, packet.IPv4, "raw"}
		_, err := target.version(context.Background(), h)
		hosttest.Require(t, "the package iptables", err == nil)
	}
	return h
}

// do runs a program in the namespace and demands success.
func do(t testing.TB, h host.Host, stdin string, argv ...string) string {
	t.Helper()
	res, err := h.Run(context.Background(), host.Command{Argv: argv, Stdin: []byte(stdin)})
	if err != nil || res.ExitCode != 0 {
		t.Fatalf("%v: exit code %d, %v\n%s%s", argv, res.ExitCode, err, res.Stdout, res.Stderr)
	}
	return string(res.Stdout)
}
