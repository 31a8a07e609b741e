package planner

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner/ruleset"
)

// Input is everything that a plan depends on.
type Input struct {
	Mode    Mode
	Version string    // ctplan's
	Now     time.Time // becomes Plan.CreatedAt
	Facts   Facts
	// Lineage, Serial and Managed come from the state file.
	Lineage string
	Serial  uint64
	Managed Managed
	// Proposals are the providers' answers for every declared resource; none
	// in ModeDestroy.
	Proposals []Proposal
	Findings  []Finding
	// Live holds the current state of every target that Targets names, by
	// Target.ID; an absent target has a nil entry.
	Live    map[string]*State
	Moved   []Move
	Removed []Remove
	// Select limits the plan to some addresses; nil selects all.
	Select  func(address string) bool
	Config  Config
	Checks  []Check
	Outputs map[string]any
}

// Move renames an address in the state.
type Move struct {
	From, To string
	Range    hcl.Range
}

// Remove takes an address out of the configuration. Without Restore the
// host keeps what the resource made of it.
type Remove struct {
	From    string
	Restore bool
	Range   hcl.Range
}

// Targets lists every target whose current state Build needs: those that are
// wanted, and those that are owned.
func Targets(proposals []Proposal, managed Managed) []Target {
	seen := map[string]Target{}
	add := func(settings []Setting) {
		for _, s := range settings {
			seen[s.Target.ID()] = s.Target
		}
	}
	for _, p := range proposals {
		add(p.Settings)
	}
	for _, r := range managed.Resources {
		add(r.Settings)
	}
	add(managed.Kept)
	out := make([]Target, 0, len(seen))
	for _, id := range sortedKeys(seen) {
		out = append(out, seen[id])
	}
	return out
}

// Build compares what is wanted with what is there and returns the plan. The
// plan is complete even when some of its findings are errors, so that it can
// be shown with them; such a plan must not be applied.
func Build(in Input) *Plan {
	b := &builder{
		in:      in,
		managed: rename(in.Managed, in.Moved),
		plan: &Plan{
			FormatVersion: FormatVersion,
			Version:       in.Version,
			CreatedAt:     in.Now.UTC().Truncate(time.Second),
			Mode:          in.Mode,
			Host:          in.Facts,
			Lineage:       in.Lineage,
			Serial:        in.Serial,
			Config:        in.Config,
			Findings:      append([]Finding(nil), in.Findings...),
			Checks:        in.Checks,
			Outputs:       in.Outputs,
		},
	}
	b.plan.Next = Managed{Resources: map[string]ManagedResource{}, Originals: map[string]Original{}}
	b.decide()
	b.goals()
	b.drift()
	b.changes()
	b.plan.Operations = order(b.operations(), b.dependencies())
	b.coverOperations()
	sortFindings(b.plan.Findings)
	return b.plan
}

// builder carries one Build from step to step.
type builder struct {
	in      Input
	managed Managed // after moves
	plan    *Plan

	proposals map[string]*Proposal // selected, by address
	gone      map[string]string    // address → reason, of resources to delete
	forget    map[string]bool      // addresses to drop from the state only
	goal      map[string]*goal     // by Target.ID

	// rules are the live packet filter tables, by Target.ID, as far as they
	// were read; nil is one that cannot be.
	rules map[string]*ruleset.Part
}

// goal is what one target is to hold after the apply.
type goal struct {
	target    Target
	phase     Phase
	state     *State
	addresses []string // owners that want something of it now
	released  []string // owners that want nothing of it any more
	restore   bool     // nobody wants it: state is the original
	rank      int
	reload    string // service that reads it
	note      string // why it cannot be undone
}

func (b *builder) selected(address string) bool {
	return b.in.Select == nil || b.in.Select(address)
}

// decide sorts the addresses into declared, deleted, forgotten and untouched.
func (b *builder) decide() {
	b.proposals = map[string]*Proposal{}
	b.gone, b.forget = map[string]string{}, map[string]bool{}
	declared := map[string]bool{}
	for i := range b.in.Proposals {
		p := &b.in.Proposals[i]
		declared[p.Address] = true
		if b.selected(p.Address) && b.in.Mode != ModeDestroy {
			b.proposals[p.Address] = p
		}
	}
	removed := map[string]Remove{}
	for _, r := range b.in.Removed {
		for address := range b.managed.Resources {
			if within(address, r.From) {
				removed[address] = r
			}
		}
	}
	for _, address := range sortedKeys(b.managed.Resources) {
		if !b.selected(address) {
			continue
		}
		rm, isRemoved := removed[address]
		switch {
		case b.in.Mode == ModeDestroy:
			b.remove(address, "")
		case declared[address]:
		case isRemoved && !rm.Restore:
			b.forget[address] = true
		default:
			b.remove(address, goneReason(address, declared))
		}
	}
}

// remove plans a deletion, unless the resource was applied with protect.
func (b *builder) remove(address, reason string) {
	b.gone[address] = reason
	if b.managed.Resources[address].Protect {
		b.plan.Findings = append(b.plan.Findings, Finding{
			Severity: SeverityError,
			Code:     "plan:protected",
			Summary:  "Resource is protected",
			Detail: fmt.Sprintf("%s was applied with protect = true, and this plan would destroy it. "+
				"Set protect = false and apply that first, or leave it out with -exclude=%s.", address, address),
			Address: address,
		})
	}
}

// goneReason explains a deletion the way Terraform does.
func goneReason(address string, declared map[string]bool) string {
	base, key := splitKey(address)
	if key != "" {
		for other := range declared {
			if otherBase, _ := splitKey(other); otherBase == base {
				return fmt.Sprintf("because key %s is not in for_each map", key)
			}
		}
	}
	return fmt.Sprintf("because %s is not in configuration", address)
}
