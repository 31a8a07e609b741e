package view

import (
	"fmt"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
)

// StreamVersion is the version of the event stream: Terraform's, whose
// message types it has, with some of our own.
const StreamVersion = "1.2"

// streamModule marks the messages as ctplan's.
const streamModule = "ctplan.ui"

// Stream is the view for programs: one JSON object per line.
type Stream struct {
	Out     *Output
	Sources Sources
	Now     func() time.Time

	track *tracker
}

var _ View = (*Stream)(nil)

// message is one line of the stream. Only the members of its type are set.
type message struct {
	Level     string `json:"@level"`
	Message   string `json:"@message"`
	Module    string `json:"@module"`
	Timestamp string `json:"@timestamp"`
	Type      string `json:"type"`

	Ctplan     string                `json:"ctplan,omitempty"`
	UI         string                `json:"ui,omitempty"`
	Diagnostic *jsonDiagnostic       `json:"diagnostic,omitempty"`
	Change     *changeMessage        `json:"change,omitempty"`
	Changes    *changeSummary        `json:"changes,omitempty"`
	Outputs    map[string]outputWord `json:"outputs,omitempty"`
	Hook       *hookMessage          `json:"hook,omitempty"`
	Rollback   *rollbackMessage      `json:"rollback,omitempty"`
}

type resourceMessage struct {
	Addr            string  `json:"addr"`
	Module          string  `json:"module"`
	Resource        string  `json:"resource"`
	ImpliedProvider string  `json:"implied_provider"`
	ResourceType    string  `json:"resource_type"`
	ResourceName    string  `json:"resource_name"`
	ResourceKey     *string `json:"resource_key"`
}

type changeMessage struct {
	Resource         resourceMessage  `json:"resource"`
	PreviousResource *resourceMessage `json:"previous_resource,omitempty"`
	Action           string           `json:"action"`
	Reason           string           `json:"reason,omitempty"`
}

type changeSummary struct {
	Add       int    `json:"add"`
	Change    int    `json:"change"`
	Import    int    `json:"import"`
	Remove    int    `json:"remove"`
	Forget    int    `json:"forget"`
	Operation string `json:"operation"`
}

type outputWord struct {
	Sensitive bool `json:"sensitive"`
	Value     any  `json:"value"`
}

type hookMessage struct {
	Resource       *resourceMessage `json:"resource,omitempty"`
	Target         string           `json:"target,omitempty"`
	Action         string           `json:"action"`
	ElapsedSeconds *float64         `json:"elapsed_seconds,omitempty"`
	Error          string           `json:"error,omitempty"`
}

type rollbackMessage struct {
	Operations int    `json:"operations"`
	Cause      string `json:"cause,omitempty"`
}

func (s *Stream) send(level, typ, text string, m message) {
	m.Level, m.Message, m.Type = level, text, typ
	m.Module = streamModule
	m.Timestamp = s.Now().UTC().Format("2006-01-02T15:04:05.000000Z07:00")
	writeJSONLine(s.Out, m)
}

// Start sends the first message, which says what the rest is.
func (s *Stream) Start(version string) {
	s.send("info", "version", "ctplan "+version, message{Ctplan: version, UI: StreamVersion})
}

// Diagnostics implements View.
func (s *Stream) Diagnostics(diags []Diagnostic) {
	for _, d := range diags {
		level, word := "error", "Error: "
		if d.Severity == planner.SeverityWarning {
			level, word = "warn", "Warning: "
		}
		j := toJSONDiagnostic(d, s.Sources)
		s.send(level, "diagnostic", word+d.Summary, message{Diagnostic: &j})
	}
}

// Plan implements View.
func (s *Stream) Plan(plan *planner.Plan, _ PlanOptions) {
	for _, c := range plan.Drift {
		s.send("info", "resource_drift", fmt.Sprintf("%s: Drift detected (%s)", c.Address, streamAction(c.Action)),
			message{Change: newChangeMessage(c)})
	}
	for _, c := range plan.Changes {
		if c.Action == planner.ActionNoOp && c.PreviousAddress == "" {
			continue
		}
		m := newChangeMessage(c)
		s.send("info", "planned_change", fmt.Sprintf("%s: Plan to %s", c.Address, m.Action), message{Change: m})
	}
	s.send("info", "change_summary", SummaryLine(plan), message{Changes: newChangeSummary(plan, "plan")})
	if len(plan.Outputs) > 0 {
		out := map[string]outputWord{}
		for name, v := range plan.Outputs {
			out[name] = outputWord{Value: v}
		}
		s.send("info", "outputs", "Outputs: "+fmt.Sprint(len(out)), message{Outputs: out})
	}
}

// Drift implements View.
func (s *Stream) Drift(plan *planner.Plan, _ PlanOptions) {
	differs := Drifted(plan)
	for _, c := range differs {
		s.send("info", "resource_drift", fmt.Sprintf("%s: Drift detected (%s)", c.Address, streamAction(c.Action)),
			message{Change: newChangeMessage(c)})
	}
	s.send("info", "change_summary", count(len(differs), "resource")+" drifted", message{Changes: newChangeSummary(plan, "drift")})
}

// streamAction is the stream's own word for an action.
func streamAction(a planner.Action) string {
	if a == planner.ActionNoOp {
		return "noop"
	}
	return string(a)
}

func newChangeMessage(c planner.Change) *changeMessage {
	m := &changeMessage{Resource: newResourceMessage(c.Address), Action: streamAction(c.Action), Reason: actionReason(c)}
	if c.PreviousAddress != "" {
		previous := newResourceMessage(c.PreviousAddress)
		m.PreviousResource = &previous
		if c.Action == planner.ActionNoOp {
			m.Action = "move"
		}
	}
	return m
}

func newResourceMessage(addr string) resourceMessage {
	a := parseAddress(addr)
	m := resourceMessage{
		Addr: addr, Module: a.module, Resource: addr, ImpliedProvider: "ctplan",
		ResourceType: a.typ, ResourceName: a.name,
	}
	if a.module != "" {
		m.Resource = addr[len(a.module)+1:]
	}
	if a.hasKey {
		m.ResourceKey = &a.key
	}
	return m
}

func newChangeSummary(plan *planner.Plan, operation string) *changeSummary {
	add, change, destroy, forget := plan.Counts()
	return &changeSummary{Add: add, Change: change, Remove: destroy, Forget: forget, Operation: operation}
}

// Begin implements View.
func (s *Stream) Begin(plan *planner.Plan) { s.track = newTracker(plan) }

// Progress implements View.
func (s *Stream) Progress(e apply.Event) {
	if s.track == nil {
		return
	}
	for _, k := range s.track.hooks(e) {
		s.hook(k)
	}
}

func (s *Stream) hook(k hook) {
	switch k.kind {
	case hookUndoStart:
		s.send("warn", string(k.kind), "Rolling back "+count(k.total, "operation"),
			message{Rollback: &rollbackMessage{Operations: k.total, Cause: errorText(k.err)}})
	case hookUndoneAltogether:
		s.send("info", string(k.kind), "Rolled back "+count(k.total, "operation"),
			message{Rollback: &rollbackMessage{Operations: k.total}})
	case hookStart, hookComplete, hookErrored, hookVerify, hookUndone, hookUndoErrored, hookReload:
		s.resourceHook(k)
	}
}

func (s *Stream) resourceHook(k hook) {
	m := &hookMessage{Action: streamAction(k.change.Action), Error: errorText(k.err)}
	if k.change.Address == "" {
		m.Target, m.Action = k.subject, string(planner.ActionUpdate)
	} else {
		r := newResourceMessage(k.subject)
		m.Resource = &r
	}
	if k.kind != hookStart {
		seconds := k.elapsed.Seconds()
		m.ElapsedSeconds = &seconds
	}
	level := "info"
	if k.err != nil {
		level = "error"
	}
	words := hookWords[k.kind]
	if k.note != "" {
		words = k.note
	}
	s.send(level, string(k.kind), k.subject+": "+words, message{Hook: m})
}

// hookWords are for people who read the stream.
var hookWords = map[hookKind]string{
	hookStart:       "Started",
	hookComplete:    "Complete",
	hookErrored:     "Failed",
	hookVerify:      "Did not read back as written",
	hookUndone:      "Restored",
	hookUndoErrored: "Could not be restored",
	hookReload:      "Restarted",
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Saved implements View.
func (s *Stream) Saved(file string) { s.Note(savedText(file)) }

// Note implements View.
func (s *Stream) Note(text string) { s.send("info", "log", text, message{}) }

// Outcome implements View.
func (s *Stream) Outcome(o Outcome) {
	switch o.Result {
	case Applied:
		operation := "apply"
		if o.Mode == planner.ModeDestroy {
			operation = "destroy"
		}
		s.send("info", "change_summary", appliedText(o), message{Changes: newChangeSummary(o.Plan, operation)})
	case Undone:
		s.send("info", "log", "Rollback complete. The host is as it was before that run.", message{})
	case RolledBack:
		s.send("error", "log", title(o.Mode)+" failed. All changes were rolled back.", message{})
	case Stopped:
		s.send("error", "log", title(o.Mode)+" was stopped in the middle; the journal is kept.", message{})
	case Incomplete:
		for _, r := range o.Residues {
			s.send("error", "log", "Left behind: "+r.String(), message{})
		}
		s.send("error", "log", title(o.Mode)+" failed, and the rollback is incomplete.", message{})
	}
}
