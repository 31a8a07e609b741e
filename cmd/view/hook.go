package view

import (
	"slices"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
)

// hookKind is what happened to a resource during a transaction.
type hookKind string

// The kinds have the names of the messages in the event stream.
const (
	hookStart            hookKind = "apply_start"
	hookComplete         hookKind = "apply_complete"
	hookErrored          hookKind = "apply_errored"
	hookVerify           hookKind = "verify_errored"
	hookUndoStart        hookKind = "rollback_start"
	hookUndone           hookKind = "rollback_complete"
	hookUndoErrored      hookKind = "rollback_errored"
	hookUndoneAltogether hookKind = "rollback_summary"
	hookReload           hookKind = "service_reload"
)

// hook is one thing to tell about a resource.
type hook struct {
	kind hookKind
	// subject is the resource's address, or the target of an operation that
	// belongs to none.
	subject string
	change  planner.Change
	elapsed time.Duration
	// total is the number of operations that are being undone.
	total int
	// note is what an operation or a service had to say.
	note string
	err  error
}

// tracker turns the events of operations into those of resources: a resource
// begins with its first operation and is complete with its last.
type tracker struct {
	ops     []planner.Operation
	changes map[string]planner.Change
	// pending counts the operations that a resource still waits for.
	pending map[string]int
	started map[string]bool
	touched map[int]bool
	elapsed map[string]time.Duration
	// notes are what the operations of a resource have to say.
	notes   map[string]string
	undoing bool
}

func newTracker(plan *planner.Plan) *tracker {
	t := &tracker{
		ops:     plan.Operations,
		changes: map[string]planner.Change{},
		touched: map[int]bool{},
		notes:   map[string]string{},
	}
	for _, c := range plan.Changes {
		t.changes[c.Address] = c
	}
	t.expect(func(int) bool { return true })
	return t
}

// expect counts the operations that are about to run.
func (t *tracker) expect(runs func(i int) bool) {
	t.pending, t.started, t.elapsed = map[string]int{}, map[string]bool{}, map[string]time.Duration{}
	for i, op := range t.ops {
		if runs(i) {
			for _, s := range subjects(op) {
				t.pending[s]++
			}
		}
	}
}

// subjects are what an operation is reported for.
func subjects(op planner.Operation) []string {
	if len(op.Addresses) == 0 {
		return []string{op.Target.String()}
	}
	return op.Addresses
}

// hooks translates one event.
func (t *tracker) hooks(e apply.Event) []hook {
	switch e.Type {
	case apply.EventStepStart:
		if len(t.touched) == 0 { // a resumed run begins in the middle
			t.expect(func(i int) bool { return i >= e.Index })
		}
		t.touched[e.Index] = true
		return t.start(e)
	case apply.EventStepComplete:
		return t.complete(e, hookComplete)
	case apply.EventStepError:
		kind := hookErrored
		if isVerify(e.Err) {
			kind = hookVerify
		}
		return t.each(e, kind)
	case apply.EventUndoStart:
		// In a process that did not start them, the steps are not known one
		// by one; each is then reported as it is undone.
		t.undoing = len(t.touched) > 0
		t.expect(func(i int) bool { return t.touched[i] })
		return []hook{{kind: hookUndoStart, total: e.Total, err: e.Err}}
	case apply.EventUndoStep:
		if !t.undoing {
			return t.each(e, hookUndone)
		}
		return t.complete(e, hookUndone)
	case apply.EventUndoError:
		return t.each(e, hookUndoErrored)
	case apply.EventUndoComplete:
		return []hook{{kind: hookUndoneAltogether, total: e.Total}}
	case apply.EventReload:
		return []hook{{kind: hookReload, subject: e.Service, note: e.Note, elapsed: e.Elapsed, err: e.Err}}
	case apply.EventCommitted:
	}
	return nil
}

func (t *tracker) start(e apply.Event) []hook {
	var out []hook
	for _, s := range subjects(e.Operation) {
		if !t.started[s] {
			t.started[s] = true
			out = append(out, hook{kind: hookStart, subject: s, change: t.changes[s]})
		}
	}
	return out
}

func (t *tracker) complete(e apply.Event, kind hookKind) []hook {
	var out []hook
	for _, s := range subjects(e.Operation) {
		t.pending[s]--
		t.elapsed[s] += e.Elapsed
		if e.Note != "" {
			t.notes[s] = e.Note
		}
		if t.pending[s] == 0 {
			out = append(out, hook{kind: kind, subject: s, change: t.changes[s], elapsed: t.elapsed[s], note: t.notes[s]})
		}
	}
	return out
}

func (t *tracker) each(e apply.Event, kind hookKind) []hook {
	var out []hook
	for _, s := range slices.Compact(slices.Clone(subjects(e.Operation))) {
		out = append(out, hook{kind: kind, subject: s, change: t.changes[s], elapsed: e.Elapsed, err: e.Err})
	}
	return out
}
