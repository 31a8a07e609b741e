package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// RollbackInput is what a plan back to an earlier generation depends on.
type RollbackInput struct {
	Version string
	Now     time.Time
	Facts   Facts
	Lineage string
	Serial  uint64
	Managed Managed // as it is now
	// To is the serial to return to, Goal what was owned in the generation to return to.
	To   uint64
	Goal Managed
	// Undo holds the operations of every later generation, oldest first, as
	// they were carried out.
	Undo []Operation
	Live map[string]*State // of every target in Undo
	// Force overwrites what somebody else changed meanwhile.
	Force bool
}

// BuildRollback plans the way back: every target that a later generation
// changed returns to what it held before the first of those changes.
//
// A target that no longer holds what ctplan left there was changed by
// somebody else; without Force that is an error finding, and the target is
// left alone.
func BuildRollback(in RollbackInput) *Plan {
	p := &Plan{
		FormatVersion: FormatVersion,
		Version:       in.Version,
		CreatedAt:     in.Now.UTC().Truncate(time.Second),
		Mode:          ModeRollback,
		Host:          in.Facts,
		Lineage:       in.Lineage,
		Serial:        in.Serial,
		RollbackTo:    &in.To,
		Next:          normal(in.Goal),
	}
	var ops []Operation
	for _, way := range spans(in.Undo) {
		live := in.Live[way.Target.ID()]
		kind := way.Target.Kind
		if kind == KindFlows {
			continue // gone for good
		}
		if kind.Same(live, way.Before) || kind.Fleeting() && (way.Before == nil || live == nil) {
			continue
		}
		if !kind.Same(live, way.After) && !in.Force {
			p.Findings = append(p.Findings, changedSince(way, live))
			continue
		}
		op := way.Inverse()
		op.Before = live
		if phase := restorePhase(op.Phase, op.After); phase != op.Phase {
			op.Phase, op.Rank = phase, -op.Rank
		}
		op.IfUnused = op.After == nil && kind == KindModule
		ops = append(ops, op)
	}
	p.Operations = order(ops, nil)
	p.Changes = rollbackChanges(in, p.Operations)
	sortFindings(p.Findings)
	return p
}

// spans joins the operations on each target into one, from the first Before
// to the last After.
func spans(ops []Operation) []Operation {
	at := map[string]int{}
	var out []Operation
	for _, op := range ops {
		i, seen := at[op.Target.ID()]
		if !seen {
			at[op.Target.ID()] = len(out)
			out = append(out, op)
			continue
		}
		out[i].After = op.After
		for _, a := range op.Addresses {
			out[i].Addresses = appendNew(slices.Clone(out[i].Addresses), a)
		}
		if out[i].Irreversible == "" {
			out[i].Irreversible = op.Irreversible
		}
	}
	return out
}

func changedSince(way Operation, live *State) Finding {
	detail := fmt.Sprintf("ctplan left %s as %s, and it is now %s. ", way.Target, text(way.After), text(live))
	if way.Target.Kind.Lines() {
		detail = fmt.Sprintf("%s is no longer as ctplan left it. ", way.Target)
	}
	return Finding{
		Severity: SeverityError,
		Code:     "rollback:changed-since",
		Summary:  way.Target.String() + " was changed by somebody else",
		Detail:   detail + "Rolling back would overwrite that change. Run `ctplan rollback -force` to do so all the same.",
		Address:  strings.Join(way.Addresses, ", "),
	}
}

// rollbackChanges presents the operations by resource.
func rollbackChanges(in RollbackInput, ops []Operation) []Change {
	byAddress := map[string]*Change{}
	for _, op := range ops {
		for _, address := range op.Addresses {
			c := byAddress[address]
			if c == nil {
				c = &Change{Address: address, Type: TypeOf(address), Action: ActionUpdate}
				_, before := in.Managed.Resources[address]
				_, after := in.Goal.Resources[address]
				if before && !after {
					c.Action = ActionDelete
				}
				byAddress[address] = c
			}
			c.Attributes = append(c.Attributes, rollbackRow(in, address, op))
		}
	}
	var out []Change
	for _, address := range sortedKeys(byAddress) {
		out = append(out, *byAddress[address])
	}
	return out
}

// rollbackRow names the attribute that an operation belongs to, where one
// resource owns the target; a shared file is named by its path.
func rollbackRow(in RollbackInput, address string, op Operation) AttributeValue {
	a := AttributeValue{Name: op.Target.String(), Layer: Runtime, Key: op.Target.String()}
	if op.Target.Kind == KindFile {
		a.Layer = Boot
	}
	for _, m := range []Managed{in.Managed, in.Goal} {
		for _, s := range m.Resources[address].Settings {
			if s.Target == op.Target && s.Part == "" && s.Attribute != "" {
				a.Name = s.Attribute
				a.Before, a.After = valueOf(address, s, op.Before), valueOf(address, s, op.After)
				return a
			}
		}
	}
	a.Before, a.After = fileText(op.Target, op.Before), fileText(op.Target, op.After)
	return a
}

func fileText(t Target, s *State) any {
	if s == nil {
		return nil
	}
	switch t.Kind {
	case KindFile:
		return s.Data
	case KindRules:
		return ruleLines("", t, s)
	}
	return strings.TrimSpace(s.Data)
}
