package schema

import (
	"github.com/hashicorp/hcl/v2"
)

// movedBlock renames an address.
type movedBlock struct {
	from, to address
	rng      hcl.Range
}

// removedBlock takes a resource out of ctplan's hands.
type removedBlock struct {
	from    address
	restore bool
	rng     hcl.Range
}

var movedSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "from", Required: true}, {Name: "to", Required: true},
}}

func (m *module) declareMoved(b *hcl.Block) hcl.Diagnostics {
	content, diags := contentOf(b, movedSchema)
	from, fromDiags := staticAddress(content.Attributes["from"])
	to, toDiags := staticAddress(content.Attributes["to"])
	diags = append(append(diags, fromDiags...), toDiags...)
	if diags.HasErrors() {
		return diags
	}
	switch {
	case from.String() == to.String():
		return append(diags, errorAt(b.DefRange, "Move to the same address", "From and to are both %s.", from))
	case from.typ != to.typ:
		return append(diags, errorAt(b.DefRange, "Move to another type",
			"%s cannot become %s: a resource keeps its type.", from, to))
	}
	for _, other := range m.moved {
		if other.from.String() == from.String() {
			return append(diags, errorAt(b.DefRange, "Moved twice",
				"%s is moved to %s at %s already.", from, other.to, place(other.rng)))
		}
	}
	m.moved = append(m.moved, &movedBlock{from, to, b.DefRange})
	return diags
}

var removedSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "from", Required: true}, {Name: "restore"}},
	Blocks:     []hcl.BlockHeaderSchema{{Type: "lifecycle"}},
}

func (m *module) declareRemoved(b *hcl.Block) hcl.Diagnostics {
	content, diags := contentOf(b, removedSchema)
	for _, l := range content.Blocks {
		diags = append(diags, errorAt(l.DefRange, "Unsupported block type",
			"Instead of lifecycle { destroy = false } write restore = false: the host stays as it is. With restore = true what was there before ctplan comes back."))
	}
	from, d := staticAddress(content.Attributes["from"])
	diags = append(diags, d...)
	restore, d := staticBool(content.Attributes["restore"], false)
	diags = append(diags, d...)
	if diags.HasErrors() {
		return diags
	}
	for _, other := range m.removed {
		if other.from.String() == from.String() {
			return append(diags, errorAt(b.DefRange, "Removed twice", "%s is removed at %s already.", from, place(other.rng)))
		}
	}
	m.removed = append(m.removed, &removedBlock{from, restore, b.DefRange})
	return diags
}

func staticAddress(a *hcl.Attribute) (address, hcl.Diagnostics) {
	if a == nil {
		return address{}, nil // reported as missing
	}
	t, diags := hcl.AbsTraversalForExpr(a.Expr)
	if diags.HasErrors() {
		return address{}, hcl.Diagnostics{errorAt(a.Expr.Range(), "Invalid address",
			"%s takes an address such as conntrack.edge or module.web, without quotes and without operators.", a.Name)}
	}
	addr, d := addressOf(t)
	if d != nil {
		return address{}, hcl.Diagnostics{d}
	}
	return addr, nil
}
