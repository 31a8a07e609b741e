package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// dataBlock is a declared question to the host.
type dataBlock struct {
	typ       *DataType
	name      string
	rng       hcl.Range
	meta      meta
	arguments hcl.Attributes
}

// id is how expressions name it, without the leading "data.".
func (b *dataBlock) id() string { return b.typ.Name + "." + b.name }

func (m *module) declareData(b *hcl.Block) hcl.Diagnostics {
	d, diags := decodeData(b)
	if d == nil {
		return diags
	}
	if first, ok := m.data[d.id()]; ok {
		return append(diags, duplicate(fmt.Sprintf("data %q %q", d.typ.Name, d.name), b.DefRange, first.rng))
	}
	m.data[d.id()] = d
	return diags
}

// decodeData reads a data block; nil if its type does not exist.
func decodeData(b *hcl.Block) (*dataBlock, hcl.Diagnostics) {
	typ := LookupDataType(b.Labels[0])
	if typ == nil {
		return nil, hcl.Diagnostics{errorAt(b.LabelRanges[0], "Unknown data type",
			"There is no data %q.%s", b.Labels[0], suggestOrList(b.Labels[0], dataTypeNames()))}
	}
	schema := &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
		{Name: "for_each"}, {Name: "enabled"},
	}}
	for _, a := range typ.Arguments {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: a.Name, Required: a.Required})
	}
	content, diags := contentOf(b, schema)
	d := &dataBlock{typ: typ, name: b.Labels[1], rng: b.DefRange, arguments: make(hcl.Attributes)}
	var more hcl.Diagnostics
	d.meta, more = decodeMeta(content.Attributes)
	diags = append(diags, more...)
	for _, a := range typ.Arguments {
		if attr, ok := content.Attributes[a.Name]; ok {
			d.arguments[a.Name] = attr
		}
	}
	return d, diags
}

// checkBlock is a declared check: assertions about the whole, which warn and
// never stop.
type checkBlock struct {
	name    string
	rng     hcl.Range
	data    []*dataBlock // visible in this block only
	asserts []condition
}

var checkSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "data", LabelNames: []string{"type", "name"}},
	{Type: "assert"},
}}

func (m *module) declareCheck(b *hcl.Block) hcl.Diagnostics {
	name := b.Labels[0]
	if first, ok := m.checks[name]; ok {
		return hcl.Diagnostics{duplicate("check \""+name+"\"", b.DefRange, first.rng)}
	}
	content, diags := contentOf(b, checkSchema)
	c := &checkBlock{name: name, rng: b.DefRange}
	m.checks[name] = c
	byType := content.Blocks.ByType()
	scoped := make(map[string]hcl.Range)
	for _, inner := range byType["data"] {
		d, more := decodeData(inner)
		diags = append(diags, more...)
		if d == nil {
			continue
		}
		if first, ok := scoped[d.id()]; ok {
			diags = append(diags, duplicate(fmt.Sprintf("data %q %q", d.typ.Name, d.name), inner.DefRange, first))
			continue
		}
		scoped[d.id()] = inner.DefRange
		c.data = append(c.data, d)
	}
	var more hcl.Diagnostics
	c.asserts, more = decodeConditions(byType["assert"])
	diags = append(diags, more...)
	if len(byType["assert"]) == 0 {
		diags = append(diags, errorAt(b.DefRange, "Check without an assertion",
			"A check block holds at least one assert { condition = ..., error_message = ... }."))
	}
	return diags
}
