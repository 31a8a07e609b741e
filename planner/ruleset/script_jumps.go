package ruleset

import (
	"fmt"
	"slices"
)

// seat is a rule of a built-in chain while its jumps are rearranged.
type seat struct {
	rule Rule
	own  bool
}

// jumps brings the jumps of one built-in chain to what the part wants.
func (w *scriptWriter) jumps(live *Chain) error {
	seats := make([]seat, len(live.Rules))
	for i, r := range live.Rules {
		_, own, _ := parseJump(live.Name, r.Body)
		seats[i] = seat{r, own}
	}
	var want []Jump
	for _, j := range w.want.Jumps {
		if j.Hook == live.Name {
			want = append(want, j)
		}
	}
	slices.SortStableFunc(want, compareJumps)
	counters := map[string]Counters{}
	missing := w.removeJumps(live, &seats, want, counters)
	// From the top down, so that the numbers of an earlier state come true.
	slices.SortStableFunc(missing, func(a, b Jump) int { return max(a.Number, a.At) - max(b.Number, b.At) })
	for _, j := range missing {
		if err := w.insertJump(live.Name, &seats, j, counters); err != nil {
			return err
		}
	}
	return nil
}

// removeJumps takes away the jumps that are not wanted where they are, and
// returns those that have to be put in. Of several equal ones all go: a
// removal by text always hits the first.
func (w *scriptWriter) removeJumps(live *Chain, seats *[]seat, want []Jump, counters map[string]Counters) []Jump {
	current := jumpsIn(live)
	var missing []Jump
	kept := map[string]bool{}
	for _, j := range want {
		if count(current, j.Rule.Body) == 1 && count(want, j.Rule.Body) == 1 && slices.ContainsFunc(current, func(c Jump) bool {
			return c.Rule.Body == j.Rule.Body && c.Number == j.Number
		}) {
			kept[j.Rule.Body] = true
			continue
		}
		missing = append(missing, j)
	}
	for _, c := range current {
		if kept[c.Rule.Body] {
			continue
		}
		if _, known := counters[c.Rule.Body]; !known && c.Rule.Counted {
			counters[c.Rule.Body] = c.Rule.Counters
		}
		Rule{Body: c.Rule.Body}.line(&w.unhook, "-D "+live.Name)
		i := slices.IndexFunc(*seats, func(s seat) bool { return s.rule.Body == c.Rule.Body })
		*seats = slices.Delete(*seats, i, i+1)
	}
	return missing
}

func count(jumps []Jump, body string) int {
	n := 0
	for _, j := range jumps {
		if j.Rule.Body == body {
			n++
		}
	}
	return n
}

// insertJump puts one jump where it belongs.
func (w *scriptWriter) insertJump(hook string, seats *[]seat, j Jump, counters map[string]Counters) error {
	index, err := w.place(hook, *seats, j)
	if err != nil {
		return err
	}
	r := j.Rule
	if c, ok := counters[r.Body]; ok {
		r.Counters, r.Counted = c, true
		delete(counters, r.Body)
	}
	command := fmt.Sprintf("-I %s %d", hook, index+1)
	if index == len(*seats) {
		command = "-A " + hook
	}
	r.line(&w.hook, command)
	*seats = slices.Insert(*seats, index, seat{r, true})
	return nil
}

// place is the index at which a jump is to be inserted.
func (w *scriptWriter) place(hook string, seats []seat, j Jump) (int, error) {
	if j.Number > 0 { // an undo puts it back where it was, wrong or not
		return min(j.Number-1, len(seats)), nil
	}
	at, _, exact := parseJump(hook, j.Rule.Body)
	if !exact {
		return len(seats), nil
	}
	var foreign []Rule
	for _, s := range seats {
		if !s.own {
			foreign = append(foreign, s.rule)
		}
	}
	slot, ok := at.slot(foreign)
	switch {
	case !ok && w.blind:
		return len(seats), nil
	case !ok:
		return 0, &NeighbourError{w.want.Table, hook, at}
	}
	if j.At > 0 {
		index, n := min(j.At-1, len(seats)), 0
		for _, s := range seats[:index] {
			if !s.own {
				n++
			}
		}
		if at.holds(n, foreign) {
			return index, nil
		}
	}
	above := 0
	for i, s := range seats {
		if s.own {
			continue
		}
		if above == slot {
			return i, nil
		}
		above++
	}
	return len(seats), nil
}
