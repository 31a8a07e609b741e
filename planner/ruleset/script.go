package ruleset

import (
	"fmt"
	"slices"
	"strings"
)

// Transition is the way from what a table holds to what ctplan's part of it
// is to be, as one transaction of iptables-restore --noflush --counters.
type Transition struct {
	// Live is the table as it is now, or nil where it does not exist.
	Live *Table
	// Want is the part to reach; nil for none.
	Want *Part
	// Blind says that Live lacks other tools' rules: a place beside one that
	// is not there is the last one, instead of an error.
	Blind bool
}

// Script writes the transaction; "" where nothing is to be done. Rules that
// stay are not touched and keep their counters; rules that move take theirs
// along; rules that come back from an earlier state have the ones they had.
// Other tools' rules are never named: jumps are removed by their own text,
// since numbers could shift in between, and inserted by number, where a shift
// is harmless. Edits inside ctplan's chains go by number.
func (t Transition) Script() (string, error) {
	w := scriptWriter{live: t.Live, want: t.Want, blind: t.Blind}
	if w.live == nil {
		w.live = &Table{}
	}
	if w.want == nil {
		w.want = &Part{Table: w.live.Name}
	}
	if err := w.write(); err != nil {
		return "", err
	}
	body := w.head.String() + w.unhook.String() + w.flush.String() + w.rules.String() + w.hook.String() + w.tail.String()
	if body == "" {
		return "", nil
	}
	return "*" + w.want.Table + "\n" + body + "COMMIT\n", nil
}

// scriptWriter collects the commands by the order in which they must run:
// chains first, then jumps to what goes, rules, new jumps, and last what
// nothing refers to any more.
type scriptWriter struct {
	live  *Table
	want  *Part
	blind bool

	head, unhook, flush, rules, hook, tail strings.Builder
}

func (w *scriptWriter) write() error {
	for _, c := range w.want.Chains {
		w.chain(c)
	}
	for _, c := range w.live.Chains {
		if Owned(c.Name) && w.want.Chain(c.Name) == nil {
			w.flush.WriteString("-F " + c.Name + "\n")
			w.tail.WriteString("-X " + c.Name + "\n")
		}
	}
	for _, hook := range w.hooks() {
		live := w.live.Chain(hook)
		if live == nil {
			live = &Chain{Name: hook, Policy: "ACCEPT"}
		}
		if err := w.jumps(live); err != nil {
			return err
		}
	}
	return nil
}

// hooks are the built-in chains that the table has or the part needs.
func (w *scriptWriter) hooks() []string {
	var out []string
	for _, c := range w.live.Chains {
		if c.BuiltIn() {
			out = append(out, c.Name)
		}
	}
	for _, j := range w.want.Jumps {
		if !slices.Contains(out, j.Hook) {
			out = append(out, j.Hook)
		}
	}
	slices.Sort(out)
	return out
}

// chain edits one of ctplan's own chains.
func (w *scriptWriter) chain(want *Chain) {
	live := w.live.Chain(want.Name)
	if live == nil {
		live = &Chain{Name: want.Name}
		w.head.WriteString(":" + want.Name + " - [0:0]\n")
	}
	edits := diff(bodies(live.Rules), bodies(want.Rules))
	if len(live.Rules) > 0 && !slices.Contains(edits, keep) {
		// Nothing stays: one flush instead of a removal for each rule.
		w.head.WriteString(":" + want.Name + " - [0:0]\n")
		edits = slices.DeleteFunc(edits, func(e edit) bool { return e == drop })
	}
	removed := removedCounters(live.Rules, edits)
	left, number := 0, 1
	lastStanding := lastIndexOther(edits, take)
	for i, e := range edits {
		switch e {
		case keep:
			left++
			number++
		case drop:
			fmt.Fprintf(&w.rules, "-D %s %d\n", want.Name, number)
		case take:
			command := "-A " + want.Name
			if i < lastStanding {
				command = fmt.Sprintf("-I %s %d", want.Name, number)
			}
			r := want.Rules[left]
			if c, ok := removed[r.Body]; ok && len(c) > 0 {
				r.Counters, r.Counted = c[0], true
				removed[r.Body] = c[1:]
			}
			r.line(&w.rules, command)
			left++
			number++
		}
	}
}

// lastIndexOther is the index of the last edit that is not e, or -1.
func lastIndexOther(edits []edit, e edit) int {
	for i := len(edits) - 1; i >= 0; i-- {
		if edits[i] != e {
			return i
		}
	}
	return -1
}

// removedCounters lists the counters of the rules that go, by their text, so
// that a rule that only moves keeps them.
func removedCounters(live []Rule, edits []edit) map[string][]Counters {
	out := map[string][]Counters{}
	add := func(r Rule) {
		if r.Counted {
			out[r.Body] = append(out[r.Body], r.Counters)
		}
	}
	if !slices.Contains(edits, drop) && !slices.Contains(edits, keep) {
		for _, r := range live { // flushed
			add(r)
		}
		return out
	}
	i := 0
	for _, e := range edits {
		switch e {
		case drop:
			add(live[i])
			i++
		case keep:
			i++
		}
	}
	return out
}

func bodies(rules []Rule) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.Body
	}
	return out
}
