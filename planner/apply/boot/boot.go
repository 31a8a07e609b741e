// Package boot puts ctplan's packet filter rules back when the machine has
// started, from the state alone. It is all or nothing: it looks at every
// table before it changes the first, and takes back what it did when one
// refuses.
//
// It changes nothing but ctplan's own chains and the jumps to them, and
// neither the state nor the journal.
package boot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/xtables"
)

// Table is what became of one table.
type Table struct {
	Target planner.Target
	// Rules is how many rules of ctplan's it has.
	Rules int
	// Restored is false where everything was in place already.
	Restored bool
}

// BackendError says that rules were made for another iptables than the host
// has now: putting them back would leave two rulesets in effect.
type BackendError struct {
	Target    planner.Target
	Was, Host string
}

func (e *BackendError) Error() string {
	return fmt.Sprintf("%s were applied with iptables-%s, and this host's iptables is now iptables-%s. "+
		"Choose the backend with update-alternatives, or run `ctplan apply`", e.Target, e.Was, e.Host)
}

// Restore puts back the rules of every resource that is to survive a boot.
//
// Before the first change it fails with what is in the way: *BackendError,
// *xtables.HiddenError and others. Afterwards with *apply.RolledBackError, or
// with *apply.IncompleteError where something could not be taken back. A
// cancelled ctx takes back what was done, too.
func Restore(ctx context.Context, h host.Host, managed planner.Managed) ([]Table, error) {
	wanted, err := tables(managed)
	if err != nil {
		return nil, err
	}
	if err := checkBackends(ctx, h, wanted); err != nil {
		return nil, err
	}
	for i := range wanted {
		w := &wanted[i]
		if w.before, err = apply.Read(ctx, h, w.target); err != nil {
			return nil, err
		}
	}
	var out []Table
	for i, w := range wanted {
		same := planner.KindRules.Same(w.before, w.after)
		out = append(out, Table{w.target, len(ruleset.Rules(w.after.Data)), !same})
		if same {
			continue
		}
		if err := change(ctx, h, w.target, w.before, w.after); err != nil {
			return nil, takeBack(h, wanted[:i+1], w.failed(err))
		}
	}
	return out, nil
}

// table is one table on its way from what boot found to what was applied.
type table struct {
	target        planner.Target
	rank          int
	addresses     []string
	texts         []string
	pinned        bool // a resource chose the backend itself
	before, after *planner.State
}

func (t table) failed(err error) error {
	return &apply.StepError{Operation: planner.Operation{Addresses: t.addresses, Target: t.target, Before: t.before, After: t.after}, Err: err}
}

// tables puts together what each table is to hold, in the order in which an
// apply writes them.
func tables(managed planner.Managed) ([]table, error) {
	byName := map[string]*table{}
	add := func(address string, r planner.ManagedResource, settings []planner.Setting) {
		for _, s := range settings {
			if s.Target.Kind != planner.KindRules || s.State == nil {
				continue
			}
			t := byName[s.Target.Name]
			if t == nil {
				t = &table{target: s.Target, rank: s.Rank}
				byName[s.Target.Name] = t
			}
			t.texts = append(t.texts, s.State.Data)
			if address != "" {
				t.addresses = append(t.addresses, address)
			}
			backend, given := r.Declared["backend"].(string)
			t.pinned = t.pinned || given && backend != "auto"
		}
	}
	for _, address := range slices.Sorted(maps.Keys(managed.Resources)) {
		if r := managed.Resources[address]; persists(r) {
			add(address, r, r.Settings)
		}
	}
	add("", planner.ManagedResource{}, managed.Kept)
	var out []table
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		t := byName[name]
		text, err := ruleset.Compose(t.texts)
		if err != nil {
			return nil, fmt.Errorf("the state's text of %s: %w", t.target, err)
		}
		t.after = &planner.State{Data: text}
		out = append(out, *t)
	}
	slices.SortStableFunc(out, func(a, b table) int { return a.rank - b.rank })
	return out, nil
}

// persists reports whether a resource was declared to survive a boot, as it
// is by default.
func persists(r planner.ManagedResource) bool {
	persist, declared := r.Declared["persist"].(bool)
	return persist || !declared
}

// checkBackends refuses to fill the tables of an iptables that the host does
// not use any more, unless a resource says that it wants that one.
func checkBackends(ctx context.Context, h host.Host, wanted []table) error {
	if !slices.ContainsFunc(wanted, func(t table) bool { return !t.pinned }) {
		return nil
	}
	backend, _, err := xtables.Detect(ctx, h)
	if err != nil {
		return err
	}
	for _, t := range wanted {
		was, _, _ := strings.Cut(t.target.Name, "/")
		if !t.pinned && was != string(backend) {
			return &BackendError{Target: t.target, Was: was, Host: string(backend)}
		}
	}
	return nil
}

// change writes a table and reads it back.
func change(ctx context.Context, h host.Host, t planner.Target, from, to *planner.State) error {
	if err := xtables.Write(ctx, h, t.Name, from, to); err != nil {
		return err
	}
	got, err := apply.Read(ctx, h, t)
	if err != nil {
		return err
	}
	if !planner.KindRules.Same(got, to) {
		return &apply.VerifyError{Want: to, Got: got}
	}
	return nil
}

// takeBack puts tables into the state in which they were found, the last
// first. The failed one is among them: its write may have had an effect. It
// goes on when the boot was told to stop.
func takeBack(h host.Host, done []table, cause error) error {
	ctx := context.Background()
	undone := 0
	var residues []apply.Residue
	for _, t := range slices.Backward(done) {
		live, err := apply.Read(ctx, h, t.target)
		switch {
		case err == nil && planner.KindRules.Same(live, t.before):
			continue
		case err == nil:
			err = change(ctx, h, t.target, live, t.before)
		}
		if err != nil {
			residues = append(residues, apply.Residue{Target: t.target, Want: t.before, Got: live, Err: err})
			continue
		}
		undone++
	}
	if len(residues) > 0 {
		return &apply.IncompleteError{Cause: cause, Residues: residues}
	}
	return &apply.RolledBackError{Cause: cause, Undone: undone}
}
