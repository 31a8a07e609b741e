package view

import "github.com/ctplan/ctplan/planner"

// symbol is how an action is marked in front of a name.
type symbol struct {
	mark  string
	style style
}

// symbolOf is closed over the actions; a no-op has a blank.
func symbolOf(a planner.Action) symbol {
	switch a {
	case planner.ActionCreate:
		return symbol{"+", green}
	case planner.ActionUpdate:
		return symbol{"~", yellow}
	case planner.ActionDelete:
		return symbol{"-", red}
	case planner.ActionForget:
		return symbol{".", red}
	case planner.ActionNoOp:
	}
	return symbol{" ", plain}
}

func (s symbol) line() line { return in(s.style, s.mark) }

// attributeAction is the symbol that an attribute gets inside its resource.
func attributeAction(c planner.Change, a planner.AttributeValue) planner.Action {
	switch {
	case a.Same || a.Ignored:
		return planner.ActionNoOp
	case c.Action == planner.ActionCreate || c.Action == planner.ActionDelete:
		return c.Action
	case a.Before == nil:
		return planner.ActionCreate
	case a.After == nil:
		return planner.ActionDelete
	}
	return planner.ActionUpdate
}

// legendEntry explains a symbol.
type legendEntry struct {
	action planner.Action
	text   string
}

// legend is in the order in which Terraform explains its symbols.
var legend = []legendEntry{
	{planner.ActionCreate, "create"},
	{planner.ActionUpdate, "update in-place (current -> planned)"},
	{planner.ActionDelete, "destroy"},
	{planner.ActionForget, "forget"},
}
