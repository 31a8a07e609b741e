package view

import (
	"time"

	"github.com/ctplan/ctplan/providers/trace"
)

// TraceEvent is an event of a trace as programs read it; one object a line.
type TraceEvent struct {
	// Type is "event", or "error" for news about the trace itself.
	Type    string    `json:"type"`
	Time    time.Time `json:"@timestamp"`
	Message string    `json:"@message"`
	// Event and the rest are set for events.
	Event  string            `json:"event,omitempty"`
	Task   string            `json:"task,omitempty"`
	PID    int               `json:"pid,omitempty"`
	CPU    *int              `json:"cpu,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
}

// TraceJSON writes one event for programs.
func TraceJSON(out *Output, h trace.Happening) {
	e := TraceEvent{Type: "event", Time: h.Time.UTC()}
	if h.Err != nil {
		e.Type, e.Message = "error", h.Err.Error()
	} else {
		r := h.Record
		cpu := r.CPU
		e.Message, e.Event, e.Task, e.PID, e.CPU, e.Fields = r.Sentence(), r.Event, r.Task, r.PID, &cpu, r.Values
	}
	writeJSONLine(out, e)
}
