package xtables

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// TestCostAgainstBareTools measures the bars of the design. It runs when
// CTPLAN_BENCH is set, since a busy machine makes nonsense of times.
func TestCostAgainstBareTools(t *testing.T) {
	if os.Getenv("CTPLAN_BENCH") == "" {
		t.Skip("set CTPLAN_BENCH=1 on a quiet machine to measure")
	}
	for _, size := range []int{100, 1000, 10_000} {
		eachBackend(t, func(t *testing.T, m *machine) {
			t.Run(fmt.Sprint(size), func(t *testing.T) { cost(t, m, size) })
		})
	}
}

func cost(t *testing.T, m *machine, size int) {
	var list []int64
	for i := range size {
		list = append(list, int64(i))
	}
	block := sources(list...)
	name := string(m.backend) + "/ipv4/raw"
	answer := m.propose(block)
	goal := m.goals(answer)[name]
	empty := &planner.State{Data: "*raw\nCOMMIT\n"}
	script := must(ruleset.Preview("", goal.Data))
	restore := "iptables-" + string(m.backend) + "-restore"
	bare := median(func() time.Duration {
		defer do(t, m.h, "*raw\nCOMMIT\n", restore)
		return timed(func() { do(t, m.h, script, restore, "--noflush", "-w", "10") })
	})
	first := median(func() time.Duration {
		defer func() { must(0, Write(context.Background(), m.h, name, goal, empty)) }()
		return timed(func() {
			before := m.read(name)
			must(0, Write(context.Background(), m.h, name, before, goal))
		})
	})
	m.apply(block)
	save := median(func() time.Duration {
		return timed(func() { do(t, m.h, "", "iptables-"+string(m.backend)+"-save", "-c") })
	})
	read := median(func() time.Duration { return timed(func() { m.read(name) }) })
	plan := median(func() time.Duration {
		req := provider.Request{Host: m.h, Managed: m.managed, Resources: []*schema.Resource{block}}
		return timed(func() { Provider{}.Propose(context.Background(), req) })
	})
	list[size/2] = 60_000
	changed := sources(list...)
	changed.Attrs["backend"] = block.Attrs["backend"]
	next := m.goals(m.propose(changed))[name]
	before := m.read(name)
	one := median(func() time.Duration {
		defer func() { must(0, Write(context.Background(), m.h, name, next, before)) }()
		return timed(func() { must(0, Write(context.Background(), m.h, name, before, next)) })
	})
	bareOne := median(func() time.Duration {
		defer do(t, m.h, "*raw\n-D CTPLAN-PRE 1\nCOMMIT\n", restore, "--noflush")
		return timed(func() {
			do(t, m.h, "*raw\n-I CTPLAN-PRE 1 -s 9.9.9.9 -j NOTRACK\nCOMMIT\n", restore, "--noflush", "-w", "10")
		})
	})
	t.Logf("%s %d rules: bare restore %s, first apply %s (%.2f); save %s, read %s (%.2f), plan %s (%.2f); bare one-line %s, one change %s (%.2f of line+save)",
		m.backend, size, bare, first, ratio(first, bare), save, read, ratio(read, save), plan, ratio(plan, save), bareOne, one, ratio(one, bareOne+save))
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start).Round(10 * time.Microsecond)
}

func median(f func() time.Duration) time.Duration {
	var all []time.Duration
	for range 5 {
		all = append(all, f())
	}
	for i := range all {
		for k := i + 1; k < len(all); k++ {
			if all[k] < all[i] {
				all[i], all[k] = all[k], all[i]
			}
		}
	}
	return all[len(all)/2]
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// Fifty thousand rules work, in memory that grows with their number.
func TestMemoryOfManyRules(t *testing.T) {
	if os.Getenv("CTPLAN_BENCH") == "" {
		t.Skip("set CTPLAN_BENCH=1 to run this long test")
	}
	m := newMachine(t, liveNetns(t), NFT)
	for _, size := range []int{10_000, 50_000} {
		var list []int64
		for i := range size {
			list = append(list, int64(i))
		}
		block := sources(list...)
		m.apply(block)
		m.clean(block)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		answer := m.propose(block)
		runtime.GC()
		runtime.ReadMemStats(&after)
		t.Logf("%d rules: a plan holds %d MiB", size, (after.HeapAlloc-before.HeapAlloc)>>20)
		runtime.KeepAlive(answer)
	}
}
