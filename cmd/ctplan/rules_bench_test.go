package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ruleBars are what many rules may cost, each as a ratio to the bare tools
// doing the same, and in memory.
var ruleBars = struct {
	plan, first, change, memory float64
}{plan: 1.2, first: 1.3, change: 1.5, memory: 64}

// addresses is a block with one rule for each of that many addresses, of
// which the one in the middle has a last byte of its own.
func addresses(backend string, n, middle int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "notrack \"marks\" {\n  backend = %q\n  families = [\"ipv4\"]\n  chains = [\"PREROUTING\"]\n  source = [\n", backend)
	for i := range n {
		last := 1
		if i == n/2 {
			last = middle
		}
		fmt.Fprintf(&b, "    \"10.%d.%d.%d\",\n", i/250, i%250, last)
	}
	return b.String() + "  ]\n}\n"
}

// instances is the same with a resource for each address.
func instances(backend string, n, middle int) string {
	list := addresses(backend, n, middle)
	_, list, _ = strings.Cut(list, "source = [")
	list, _, _ = strings.Cut(list, "]")
	return fmt.Sprintf("notrack \"marks\" {\n  for_each = toset([%s])\n  backend = %q\n  families = [\"ipv4\"]\n  chains = [\"PREROUTING\"]\n  source = each.key\n}\n", list, backend)
}

// TestCostOfManyRules measures the bars. It wants the machine for itself, and
// runs when CTPLAN_BENCH is set.
func TestCostOfManyRules(t *testing.T) {
	if os.Getenv("CTPLAN_BENCH") == "" {
		t.Skip("set CTPLAN_BENCH=1 on a quiet machine to measure")
	}
	for _, form := range []struct {
		name  string
		rules int
		write func(backend string, n, middle int) string
	}{{"list", 10_000, addresses}, {"for_each", 1000, instances}} {
		t.Run(form.name, func(t *testing.T) {
			eachBackend(t, func(t *testing.T, backend string) { manyRules(t, backend, form.rules, form.write) })
		})
	}
}

func manyRules(t *testing.T, backend string, n int, write func(string, int, int) string) {
	s := newRuleSite(t, backend, write(backend, n, 1), 10)
	restore, save := "iptables-"+backend+"-restore", "iptables-"+backend+"-save"
	c := clock{t: t, s: s}

	s.must(0, "apply", "-auto-approve")
	applied := s.inside("", save, "-c", "-t", "raw")
	pairs := 5
	plan := c.compare(pairs, func() { c.ctplan("plan", "-detailed-exitcode") }, func() { c.bare("", save) })
	s.configure(write(backend, n, 2))
	middle := true
	change := c.compare(pairs, func() {
		c.ctplan("apply", "-auto-approve")
		last := map[bool]int{true: 1, false: 2}[middle]
		middle = !middle
		s.configure(write(backend, n, last))
	}, func() {
		c.bare("*raw\n-I CTPLAN-PRE 1 -s 192.0.2.9 -j NOTRACK\nCOMMIT\n", restore, "--noflush", "-w", "10")
		c.bare("", save)
		c.aside(func() { s.inside("*raw\n-D CTPLAN-PRE 1\nCOMMIT\n", restore, "--noflush", "-w", "10") })
	})
	s.must(0, "destroy", "-auto-approve")
	empty := "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n"
	first := c.compare(3, func() {
		c.ctplan("apply", "-auto-approve")
		c.aside(func() { s.must(0, "destroy", "-auto-approve") })
	}, func() {
		c.bare(applied, restore, "-w", "10")
		c.aside(func() { s.inside(empty, restore, "-w", "10") })
	})
	t.Logf("%s, %d rules: no-op plan %s; first apply %s; one-rule change %s; peak memory %.1f MiB", backend, n, plan, first, change, c.memory)
	for _, bar := range []struct {
		what       string
		got, limit float64
	}{
		{"a no-op plan over iptables-save", plan.ratio(), ruleBars.plan},
		{"a first apply over a bare restore", first.ratio(), ruleBars.first},
		{"a one-rule change over a bare line and a save", change.ratio(), ruleBars.change},
		{"MiB of memory", c.memory, ruleBars.memory},
	} {
		if bar.got > bar.limit {
			t.Errorf("%s: %.2f, the bar is %.1f", bar.what, bar.got, bar.limit)
		}
	}
}

// clock times ctplan in turn with the bare tools.
type clock struct {
	t      *testing.T
	s      *ruleSite
	memory float64 // MiB, the largest of ctplan's runs
	// unmeasured is the time within a run that does not belong to it.
	unmeasured time.Duration
}

// duel is the fastest run of each: what else the machine does only adds.
type duel struct{ ours, theirs time.Duration }

func (d duel) ratio() float64 { return float64(d.ours) / float64(d.theirs) }

func (d duel) String() string {
	return fmt.Sprintf("%d ms to %d ms (%.2f)", d.ours.Milliseconds(), d.theirs.Milliseconds(), d.ratio())
}

func (c *clock) compare(pairs int, ours, theirs func()) duel {
	var a, b []time.Duration
	for range pairs {
		a, b = append(a, c.measure(ours)), append(b, c.measure(theirs))
	}
	return duel{slices.Min(a), slices.Min(b)}
}

func (c *clock) measure(f func()) time.Duration {
	c.unmeasured = 0
	began := time.Now()
	f()
	return time.Since(began) - c.unmeasured
}

func (c *clock) aside(f func()) {
	began := time.Now()
	f()
	c.unmeasured += time.Since(began)
}

func (c *clock) bare(stdin string, argv ...string) {
	c.t.Helper()
	cmd := exec.Command("ip", append([]string{"netns", "exec", c.s.netns}, argv...)...)
	cmd.Stdin = strings.NewReader(stdin)
	if err := cmd.Run(); err != nil {
		c.t.Fatalf("%v: %v", argv, err)
	}
}

// ctplan runs the binary of CTPLAN_BINARY, or else the test binary.
func (c *clock) ctplan(args ...string) {
	c.t.Helper()
	cmd := c.s.command(args...)
	if binary := os.Getenv("CTPLAN_BINARY"); binary != "" {
		cmd.Path = binary
	}
	if r := finish(c.t, cmd); r.code != 0 {
		c.t.Fatal(r)
	}
	c.memory = max(c.memory, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024)
}
