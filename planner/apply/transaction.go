package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/kmod"
	"github.com/ctplan/ctplan/state"
)

// Transaction is one run of a plan. The caller holds the exclusive lock of
// the state directory.
type Transaction struct {
	Host  host.Host
	State *state.Dir
	// Command ("apply", "destroy", "rollback") and Who go into journal and history.
	Command, Who string
	Version      string
	Now          func() time.Time
	// Notify is told of every step; nil is allowed.
	Notify func(Event)
	// Interrupted is closed when the operator asks to stop: the running step
	// is finished, then everything is undone. Cancelling the context instead
	// stops at once and leaves the journal for the next command.
	Interrupted <-chan struct{}
	// Verify runs after the last operation (postconditions); an error undoes
	// everything.
	Verify func(ctx context.Context) error
}

// Run applies a plan. A nil error means that the host is as planned and the
// state says so. Before the first change it fails with *StaleError,
// ErrApplied, *OpenJournalError or an I/O error; afterwards with
// *RolledBackError or *IncompleteError, or with the context's error, which
// leaves the journal open.
func (t *Transaction) Run(ctx context.Context, plan *planner.Plan) error {
	if err := t.refuseOpenJournal(); err != nil {
		return err
	}
	now, err := t.State.Read()
	if err != nil {
		return err
	}
	if err := Check(ctx, t.Host, now, plan); err != nil {
		return err
	}
	next := t.prepare(now, plan)
	if len(plan.Operations) == 0 && !plan.ChangesState(now.Managed) {
		return nil
	}
	if len(plan.Operations) == 0 {
		return t.adopt(next, plan)
	}
	journal, err := t.begin(next, plan)
	if err != nil {
		return err
	}
	defer journal.Close()
	return t.carryOut(ctx, journal, 0)
}

// refuseOpenJournal makes sure that no earlier transaction is unfinished. The
// journal of one that was complete but for the journal's own removal goes.
func (t *Transaction) refuseOpenJournal() error {
	journal, err := t.State.Journal()
	if err != nil || journal == nil {
		return err
	}
	defer journal.Close()
	committed, err := Committed(t.State, journal)
	switch {
	case err != nil:
		return err
	case committed:
		return journal.Remove()
	}
	return Open(journal)
}

// Open describes an unfinished journal as an error.
func Open(j *state.Journal) error {
	h := j.Header()
	e := &OpenJournalError{Command: h.Kind, Who: h.Who, Total: len(h.Plan.Operations)}
	for _, s := range j.Steps() {
		if s == state.StepDone || s == state.StepStarted {
			e.Done++
		}
	}
	return e
}

// prepare computes the state file that the apply will end with.
func (t *Transaction) prepare(now *state.File, plan *planner.Plan) *state.File {
	next := *now
	if next.Lineage == "" {
		next.Lineage = state.NewLineage()
	}
	next.Serial = now.Serial + 1
	next.Version = t.Version
	next.UpdatedAt = t.Now().UTC().Truncate(time.Second)
	next.Host = plan.Host
	next.Managed = plan.Next
	next.AppliedPlans = append(append([]string(nil), now.AppliedPlans...), plan.ID())
	return &next
}

// adopt records a change of ownership that needs nothing of the host.
func (t *Transaction) adopt(next *state.File, plan *planner.Plan) error {
	if err := t.State.Stage(next); err != nil {
		return err
	}
	if err := t.State.AddGeneration(t.generation(next, plan)); err != nil {
		return err
	}
	return t.State.Commit()
}

// begin writes everything that the transaction will need on disk, so that
// a full file system is noticed before the first change: the next state, its
// generation in the history, and the journal with all operations.
func (t *Transaction) begin(next *state.File, plan *planner.Plan) (*state.Journal, error) {
	if err := t.State.Stage(next); err != nil {
		return nil, err
	}
	journal, err := t.stageRest(next, plan)
	if err != nil {
		_ = t.State.Discard() // the first error says what is wrong
		return nil, err
	}
	return journal, nil
}

func (t *Transaction) stageRest(next *state.File, plan *planner.Plan) (*state.Journal, error) {
	if err := t.State.AddGeneration(t.generation(next, plan)); err != nil {
		return nil, err
	}
	journal, err := t.State.Begin(state.JournalHeader{
		Kind:    t.Command,
		Plan:    *plan,
		Started: t.Now().UTC(),
		BootID:  plan.Host.BootID,
		Who:     t.Who,
		Serial:  next.Serial,
	})
	if err != nil {
		_ = t.State.DropGeneration(next.Serial)
		return nil, err
	}
	return journal, nil
}

// generation is the entry of the history that the apply will leave.
func (t *Transaction) generation(next *state.File, plan *planner.Plan) state.Generation {
	return state.Generation{
		Serial:       next.Serial,
		Time:         next.UpdatedAt,
		Who:          t.Who,
		Command:      t.Command,
		PlanID:       next.AppliedPlans[len(next.AppliedPlans)-1], // as prepare put it there
		RollbackTo:   plan.RollbackTo,
		ConfigDigest: plan.Config.Digest,
		Summary:      summary(plan),
		Changes:      plan.Changes,
		Operations:   plan.Operations,
		State:        *next,
	}
}

func summary(p *planner.Plan) string {
	add, change, destroy, _ := p.Counts()
	return fmt.Sprintf("%d added, %d changed, %d destroyed", add, change, destroy)
}

// carryOut runs the operations from the given one on and commits.
func (t *Transaction) carryOut(ctx context.Context, j *state.Journal, from int) error {
	ops := j.Header().Plan.Operations
	for i := from; i < len(ops); i++ {
		err := t.step(ctx, j, i, ops[i], len(ops))
		if err == nil && t.interrupted() {
			err = ErrInterrupted
		}
		if err != nil {
			return t.fail(ctx, j, err)
		}
	}
	if err := t.reload(ctx, ops); err != nil {
		return t.fail(ctx, j, err)
	}
	if t.Verify != nil {
		if err := t.Verify(ctx); err != nil {
			return t.fail(ctx, j, err)
		}
	}
	// A commit that is in place but not yet on disk is no reason to undo: then
	// state and host would differ. Removing the journal syncs the directory
	// again, and until that has worked the journal is the record.
	if err := t.State.Commit(); err != nil && !errors.Is(err, state.ErrNotSynced) {
		return t.fail(ctx, j, err)
	}
	t.notify(Event{Type: EventCommitted, Total: len(ops)})
	return j.Remove()
}

// step journals, does and verifies one operation.
func (t *Transaction) step(ctx context.Context, j *state.Journal, i int, op planner.Operation, total int) error {
	event := Event{Operation: op, Index: i, Total: total}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := j.Start(i); err != nil {
		return err
	}
	event.Type = EventStepStart
	t.notify(event)
	began := t.Now()
	err := change(ctx, t.Host, op.Target, op.Before, op.After)
	event.Elapsed = t.Now().Sub(began)
	var used *kmod.InUseError
	if op.IfUnused && errors.As(err, &used) {
		event.Note, err = used.Error()+": left alone", nil
	}
	if err == nil {
		err = j.Done(i)
	}
	if err != nil {
		event.Type, event.Err = EventStepError, err
		t.notify(event)
		return &StepError{op, err}
	}
	event.Type = EventStepComplete
	t.notify(event)
	return nil
}

// change writes a target and reads it back: a write can report success
// without effect (sysctl -w on a read-only key does).
func change(ctx context.Context, h host.Host, target planner.Target, from, to *planner.State) error {
	if err := write(ctx, h, target, from, to); err != nil {
		return err
	}
	got, err := Read(ctx, h, target)
	if err != nil {
		return err
	}
	if !target.Kind.Same(got, to) {
		return &VerifyError{Want: to, Got: got}
	}
	return nil
}

// fail undoes what was done, unless the context was cancelled: then the
// operator wants out at once, and the journal tells the next command.
func (t *Transaction) fail(ctx context.Context, j *state.Journal, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return t.undo(ctx, j, cause, false)
}

func (t *Transaction) interrupted() bool {
	select {
	case <-t.Interrupted:
		return true
	default:
		return false
	}
}

func (t *Transaction) notify(e Event) {
	if t.Notify != nil {
		t.Notify(e)
	}
}
