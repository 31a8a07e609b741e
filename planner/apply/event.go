package apply

import (
	"time"

	"github.com/ctplan/ctplan/planner"
)

// EventType names what happened in a transaction.
type EventType string

// The events of a transaction, in the order in which they can occur.
const (
	EventStepStart    EventType = "step_start"
	EventStepComplete EventType = "step_complete"
	EventStepError    EventType = "step_error"
	EventUndoStart    EventType = "undo_start"    // Total operations will be undone
	EventUndoStep     EventType = "undo_step"     // one is undone and verified
	EventUndoError    EventType = "undo_error"    // one could not be undone
	EventUndoComplete EventType = "undo_complete" // the host is as it was
	EventReload       EventType = "reload"        // a service reads what was written
	EventCommitted    EventType = "committed"
)

// Event reports progress to whoever shows it.
type Event struct {
	Type EventType
	// Operation is set in the step events; Index of Total counts from 0.
	Operation    planner.Operation
	Index, Total int
	Elapsed      time.Duration
	// Service is set in EventReload. Note is what there is to say about it, or,
	// in EventStepComplete, why the target was left as it is.
	Service, Note string
	Err           error
}
