package schema

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// decodeBlock evaluates the body of a resource block against its table. The
// caller has taken the meta-arguments out of the body. Attributes that are
// null are not set; values that are not known yet stay unknown and are checked
// once they are. All mistakes are reported, not just the first.
func decodeBlock(bt *BlockType, body hcl.Body, ctx *hcl.EvalContext) (map[string]Attr, hcl.Diagnostics) {
	d := blockDecoder{
		what:       bt.Name,
		attributes: bt.Attributes,
		blocks:     bt.Blocks,
		extra:      metaArgumentNames(),
		hint:       bt.Hint,
		ctx:        ctx,
	}
	return d.decode(body)
}

// blockDecoder decodes one block, or one block inside a block.
type blockDecoder struct {
	what       string // the block's keyword, for messages
	attributes []Attribute
	blocks     []NestedBlock
	extra      []string // more names that may be meant
	hint       func(name string) string
	ctx        *hcl.EvalContext

	attrs map[string]Attr
	diags hcl.Diagnostics
}

func (d *blockDecoder) decode(body hcl.Body) (map[string]Attr, hcl.Diagnostics) {
	d.attrs = make(map[string]Attr)
	content, remain, diags := body.PartialContent(d.bodySchema())
	d.diags = append(d.diags, diags...)
	d.refuseUnknown(body, remain)
	for i := range d.attributes {
		d.attribute(&d.attributes[i], content, body)
	}
	for i := range d.blocks {
		d.nested(&d.blocks[i], content.Blocks.OfType(d.blocks[i].Name), body)
	}
	return d.attrs, d.diags
}

func (d *blockDecoder) bodySchema() *hcl.BodySchema {
	s := &hcl.BodySchema{}
	for _, a := range d.attributes {
		s.Attributes = append(s.Attributes, hcl.AttributeSchema{Name: a.Name})
	}
	for _, b := range d.blocks {
		s.Blocks = append(s.Blocks, hcl.BlockHeaderSchema{Type: b.Name})
	}
	return s
}

// refuseUnknown reports what the table does not have. Attributes get our own
// messages; for blocks HCL's do, and what HCL says of the same attributes is
// dropped.
func (d *blockDecoder) refuseUnknown(body, remain hcl.Body) {
	extra, _ := remain.JustAttributes()
	reported := make(map[hcl.Range]bool, len(extra))
	for _, name := range sortedKeys(extra) {
		if d.declared(name) {
			continue // what remains of a body with dynamic blocks still has them
		}
		a := extra[name]
		reported[a.NameRange] = true
		diag := errorAt(a.NameRange, "Unsupported argument", "%s", d.unsupported(name))
		diag.Context = a.Range.Ptr()
		d.diags = append(d.diags, diag)
	}
	_, diags := body.Content(d.bodySchema())
	for _, diag := range diags {
		if diag.Subject == nil || !reported[*diag.Subject] {
			d.diags = append(d.diags, diag)
		}
	}
}

// declared reports whether the table has an attribute of this name.
func (d *blockDecoder) declared(name string) bool {
	return slices.ContainsFunc(d.attributes, func(a Attribute) bool { return a.Name == name })
}

// unsupported says why a block has no attribute of this name.
func (d *blockDecoder) unsupported(name string) string {
	says := fmt.Sprintf("%s has no argument %q.", d.what, name)
	if d.hint != nil {
		if hint := d.hint(name); hint != "" {
			return says + " " + hint
		}
	}
	if slices.Contains(d.extra, name) {
		return fmt.Sprintf("%s is a block: write it without the equals sign, %s { ... }.", name, name)
	}
	names := append([]string(nil), d.extra...)
	for _, a := range d.attributes {
		names = append(names, a.Name)
	}
	for _, b := range d.blocks {
		if b.Name == name {
			return fmt.Sprintf("%s is a block: write it without the equals sign, %s { ... }.", name, name)
		}
		names = append(names, b.Name)
	}
	if near := didYouMean(name, names); near != "" {
		return says + near
	}
	return says + fmt.Sprintf(" \"ctplan schema %s\" lists those that it has.", d.what)
}

// attribute decodes one attribute of the table.
func (d *blockDecoder) attribute(a *Attribute, content *hcl.BodyContent, body hcl.Body) {
	written, ok := content.Attributes[a.Name]
	if !ok {
		if a.Required {
			d.diags = append(d.diags, errorAt(body.MissingItemRange(), "Missing required argument",
				"%s needs %s: %s", d.what, a.Name, firstSentence(a.Description)))
		}
		return
	}
	value, diags := written.Expr.Value(d.ctx)
	d.diags = append(d.diags, explain(diags, written.Expr, d.ctx)...)
	if diags.HasErrors() {
		return
	}
	value, _ = value.UnmarkDeep()
	if value.IsNull() {
		if a.Required {
			d.refuse(written, &Invalid{Summary: "Missing required argument",
				Detail: fmt.Sprintf("%s is null, and %s needs it: %s", a.Name, d.what, firstSentence(a.Description))})
		}
		return
	}
	value, err := a.normalise(value)
	if err != nil {
		d.refuse(written, a.invalid(err))
		return
	}
	d.attrs[a.Name] = Attr{Value: value, Range: written.Expr.Range()}
}

// refuse reports a value, or the part of it that is wrong.
func (d *blockDecoder) refuse(written *hcl.Attribute, why *Invalid) {
	expr := partOf(written.Expr, why.Path)
	d.diags = append(d.diags, &hcl.Diagnostic{
		Severity:    hcl.DiagError,
		Summary:     why.Summary,
		Detail:      why.Detail,
		Subject:     expr.Range().Ptr(),
		Context:     written.Range.Ptr(),
		Expression:  expr,
		EvalContext: d.ctx,
	})
}

// nested decodes a block inside the block into an object.
func (d *blockDecoder) nested(table *NestedBlock, blocks hcl.Blocks, body hcl.Body) {
	switch {
	case len(blocks) == 0 && table.Required:
		d.diags = append(d.diags, errorAt(body.MissingItemRange(), "Missing required block",
			"%s needs a %s block: %s", d.what, table.Name, firstSentence(table.Description)))
		return
	case len(blocks) == 0:
		return
	}
	for _, second := range blocks[1:] {
		d.diags = append(d.diags, duplicate(table.Name+" block", second.DefRange, blocks[0].DefRange))
	}
	in := blockDecoder{what: table.Name, attributes: table.Attributes, ctx: d.ctx}
	attrs, diags := in.decode(blocks[0].Body)
	d.diags = append(d.diags, diags...)
	if diags.HasErrors() {
		return
	}
	values := make(map[string]cty.Value, len(table.Attributes))
	for _, a := range table.Attributes {
		values[a.Name] = cty.NullVal(a.ValueType())
		if set, ok := attrs[a.Name]; ok {
			values[a.Name] = set.Value
		}
	}
	d.attrs[table.Name] = Attr{Value: cty.ObjectVal(values), Range: blocks[0].DefRange}
}
