package schema

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/schema/packet"
)

// Positions that are words.
const (
	PositionFirst         = "first"
	PositionLast          = "last"
	PositionBeforeVerdict = "before_verdict"
)

// maxNeighbour bounds a neighbour's name, so that it fits into the jump's comment.
const maxNeighbour = 160

// positionAttribute declares where ctplan's chain is called.
var positionAttribute = Attribute{
	Name: "position", Type: TypeAny, Default: `"first"`, Convert: positionValue,
	Description: "Where the rules stand in the chain: `\"first\"`, `\"last\"`, `\"before_verdict\"` (above the chain's closing catch-all DROP, REJECT or ACCEPT), `{ before = \"X\" }` or `{ after = \"X\" }`, where X is the target of a jump or the comment of a rule. Other tools' rules are never moved.",
}

func positionValue(v cty.Value) (cty.Value, error) {
	if v.Type() == cty.String {
		switch v.AsString() {
		case PositionFirst, PositionLast, PositionBeforeVerdict:
			return v, nil
		}
		return v, fmt.Errorf(`%q is not a position: use "first", "last", "before_verdict", { before = "X" } or { after = "X" }`, v.AsString())
	}
	if !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return v, fmt.Errorf(`a position is "first", "last", "before_verdict", { before = "X" } or { after = "X" }`)
	}
	parts := v.AsValueMap()
	if len(parts) != 1 {
		return v, fmt.Errorf("a position names one neighbour: { before = \"X\" } or { after = \"X\" }")
	}
	for name, part := range parts {
		if name != "before" && name != "after" || part.Type() != cty.String || part.IsNull() {
			return v, fmt.Errorf(`a position is { before = "X" } or { after = "X" }`)
		}
		if part.AsString() == "" {
			return v, fmt.Errorf("the neighbour of the position has no name")
		}
		if err := packet.CheckText("neighbour", part.AsString(), maxNeighbour); err != nil {
			return v, err
		}
	}
	return cty.ObjectVal(parts), nil
}

// Position is a block's position: a word, or "before" or "after" with the
// neighbour's name.
func Position(r *Resource) (word, neighbour string) {
	a, ok := r.Attrs["position"]
	if !ok || a.Value.IsNull() || !a.Value.IsWhollyKnown() {
		return PositionFirst, ""
	}
	if a.Value.Type() == cty.String {
		return a.Value.AsString(), ""
	}
	for name, part := range a.Value.AsValueMap() {
		return name, part.AsString()
	}
	return PositionFirst, ""
}
