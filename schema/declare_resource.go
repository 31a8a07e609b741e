package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// resourceBlock is a declared resource.
type resourceBlock struct {
	typ  *BlockType
	name string
	rng  hcl.Range // the header
	body hcl.Body  // without the meta-arguments
	meta meta

	protect        hcl.Expression // nil if not set
	ignoreDrift    []string       // sorted
	preconditions  []condition
	postconditions []condition
}

// meta holds what decides how many instances a block has and what comes
// before it.
type meta struct {
	forEach, enabled hcl.Expression // nil if not set
	dependsOn        []hcl.Traversal
}

var resourceMetaSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "for_each"}, {Name: "enabled"}, {Name: "depends_on"}, {Name: "protect"},
		{Name: "count"}, {Name: "provider"},
	},
	Blocks: []hcl.BlockHeaderSchema{{Type: "lifecycle"}},
}

func (m *module) declareResource(b *hcl.Block) hcl.Diagnostics {
	id := b.Type + "." + b.Labels[0]
	if first, ok := m.resources[id]; ok {
		return hcl.Diagnostics{duplicate(fmt.Sprintf("%s %q", b.Type, b.Labels[0]), b.DefRange, first.rng)}
	}
	content, remain, diags := b.Body.PartialContent(resourceMetaSchema)
	r := &resourceBlock{typ: LookupType(b.Type), name: b.Labels[0], rng: b.DefRange, body: remain}
	m.resources[id] = r

	var d hcl.Diagnostics
	r.meta, d = decodeMeta(content.Attributes)
	diags = append(diags, d...)
	if a, ok := content.Attributes["protect"]; ok {
		r.protect = a.Expr
	}
	return append(diags, r.decodeLifecycle(content.Blocks)...)
}

func decodeMeta(attrs hcl.Attributes) (meta, hcl.Diagnostics) {
	var mt meta
	var diags hcl.Diagnostics
	if a, ok := attrs["for_each"]; ok {
		mt.forEach = a.Expr
	}
	if a, ok := attrs["enabled"]; ok {
		mt.enabled = a.Expr
	}
	if a, ok := attrs["depends_on"]; ok {
		mt.dependsOn, diags = staticTraversals(a)
	}
	if a, ok := attrs["count"]; ok {
		diags = append(diags, errorAt(a.NameRange, "Unsupported argument",
			"There is no count: instances that are told apart by number move when one is removed. %s", withoutPurpose["count"]))
	}
	if a, ok := attrs["provider"]; ok {
		diags = append(diags, errorAt(a.NameRange, "Unsupported argument", "%s", withoutPurpose["provider"]))
	}
	return mt, diags
}

// staticTraversals is a list of addresses, which is read without evaluating it.
func staticTraversals(a *hcl.Attribute) ([]hcl.Traversal, hcl.Diagnostics) {
	exprs, diags := hcl.ExprList(a.Expr)
	if diags.HasErrors() {
		return nil, hcl.Diagnostics{errorAt(a.Expr.Range(), "Unsuitable value",
			"%s is a list of addresses in brackets, like [conntrack.edge].", a.Name)}
	}
	var out []hcl.Traversal
	for _, e := range exprs {
		t, d := hcl.AbsTraversalForExpr(e)
		if d.HasErrors() {
			diags = append(diags, errorAt(e.Range(), "Invalid address",
				"%s takes addresses such as conntrack.edge, without quotes and without operators.", a.Name))
			continue
		}
		out = append(out, t)
	}
	return out, diags
}

var lifecycleSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "ignore_drift"}},
	Blocks:     []hcl.BlockHeaderSchema{{Type: "precondition"}, {Type: "postcondition"}},
}

func (r *resourceBlock) decodeLifecycle(blocks hcl.Blocks) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, b := range blocks {
		if i > 0 {
			diags = append(diags, errorAt(b.DefRange, "Duplicate lifecycle block",
				"The block has a lifecycle at %s already. Put both together.", place(blocks[0].DefRange)))
			break
		}
		content, d := contentOf(b, lifecycleSchema)
		diags = append(diags, d...)
		byType := content.Blocks.ByType()
		r.preconditions, d = decodeConditions(byType["precondition"])
		diags = append(diags, d...)
		r.postconditions, d = decodeConditions(byType["postcondition"])
		diags = append(diags, d...)
		if a, ok := content.Attributes["ignore_drift"]; ok {
			diags = append(diags, r.decodeIgnoreDrift(a)...)
		}
	}
	return diags
}

// decodeIgnoreDrift reads a list of attribute names, with or without quotes.
func (r *resourceBlock) decodeIgnoreDrift(a *hcl.Attribute) hcl.Diagnostics {
	exprs, diags := hcl.ExprList(a.Expr)
	if diags.HasErrors() {
		return hcl.Diagnostics{errorAt(a.Expr.Range(), "Unsuitable value",
			"ignore_drift is a list of attribute names in brackets, like [%s].", r.typ.Attributes[0].Name)}
	}
	names := make(map[string]bool)
	for _, e := range exprs {
		name, ok := keyword(e)
		switch {
		case !ok:
			diags = append(diags, errorAt(e.Range(), "Unsuitable value",
				"ignore_drift takes names of attributes of this block, like %s.", r.typ.Attributes[0].Name))
		case !r.typ.has(name):
			diags = append(diags, errorAt(e.Range(), "Unknown attribute",
				"A %s block has no attribute %q.%s", r.typ.Name, name, didYouMean(name, r.typ.names())))
		default:
			names[name] = true
		}
	}
	r.ignoreDrift = sortedKeys(names)
	return diags
}

// keyword is the word that an expression consists of, bare or quoted.
func keyword(e hcl.Expression) (string, bool) {
	if word := hcl.ExprAsKeyword(e); word != "" {
		return word, true
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() || !isString(v) {
		return "", false
	}
	return v.AsString(), true
}
