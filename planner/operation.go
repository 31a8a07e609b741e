package planner

import "fmt"

// Operation is one reversible step: it takes one target from Before to After.
// It is data, so that a plan file, a journal, a dry run and a rollback can all
// hold the same thing; planner/apply carries it out.
type Operation struct {
	// Addresses are the resources that want it, sorted.
	Addresses []string `json:"addresses"`
	Target    Target   `json:"target"`
	// Before is what the plan found, After what the target is to hold; nil
	// means absent.
	Before *State `json:"before"`
	After  *State `json:"after"`
	// Phase orders operations of different kinds; see Order.
	Phase Phase `json:"phase"`
	// Rank orders operations of one phase, lower ones first: a module before
	// those that need it.
	Rank int `json:"rank,omitempty"`
	// Reload names the service that has to read the target anew, or is empty.
	Reload string `json:"reload,omitempty"`
	// IfUnused has the operation carried out only where nothing else uses the
	// target meanwhile: ctplan needs a module no longer that it has loaded.
	IfUnused bool `json:"if_unused,omitempty"`
	// Irreversible says why the operation cannot be undone, or is empty.
	Irreversible string `json:"irreversible,omitempty"`
}

// Phase is a stage of an apply. Lower phases run first, so that what later
// ones need is there, and the runtime is proven before it is made to persist.
type Phase int

// The phases, in the order in which they run.
const (
	PhaseLoad    Phase = 10 // kernel modules that the rest needs
	PhaseSize    Phase = 20 // table sizes: see sizePairs
	PhaseSysctl  Phase = 30 // every other kernel parameter
	PhaseBackend Phase = 40 // log backends
	PhaseRules   Phase = 50 // packet filter rules
	PhaseFile    Phase = 60 // files that make it persist
	PhaseService Phase = 70 // services that read those files
	PhaseUnload  Phase = 80 // kernel modules that nothing needs any more
	PhaseEvict   Phase = 90 // tracked flows: last, since it cannot be undone
)

// Inverse is the operation that takes the target back.
func (o Operation) Inverse() Operation {
	o.Before, o.After = o.After, o.Before
	return o
}

// Reversible reports whether Inverse really undoes the operation.
func (o Operation) Reversible() bool { return o.Irreversible == "" }

// String says what the operation does, for messages and journals.
func (o Operation) String() string {
	switch {
	case o.Target.Kind == KindModule && o.After == nil:
		return "unload " + o.Target.String()
	case o.Target.Kind == KindModule:
		return "load " + o.Target.String()
	case o.Target.Kind.Fleeting():
		return fmt.Sprintf("set %s to %s", o.Target, text(o.After))
	case o.Target.Kind == KindTrace:
		return o.traceVerb() + " " + o.Target.String()
	case o.Target.Kind == KindFlows:
		return fmt.Sprintf("delete %s %s", text(o.Before), o.Target)
	case o.After == nil:
		return "remove " + o.Target.String()
	default:
		return "write " + o.Target.String()
	}
}

func text(s *State) string {
	if s == nil {
		return "(absent)"
	}
	return s.Data
}
