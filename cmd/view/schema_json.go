package view

import "github.com/ctplan/ctplan/schema"

type schemaDocument struct {
	FormatVersion string     `json:"format_version"`
	BlockTypes    []typeJSON `json:"block_types"`
}

type typeJSON struct {
	Name        string          `json:"name"`
	Summary     string          `json:"summary"`
	Description string          `json:"description,omitempty"`
	Attributes  []attributeJSON `json:"attributes"`
	Blocks      []blockJSON     `json:"blocks"`
	Example     string          `json:"example,omitempty"`
}

type blockJSON struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Attributes  []attributeJSON `json:"attributes"`
}

type attributeJSON struct {
	Name         string     `json:"name"`
	Type         string     `json:"type"`
	Description  string     `json:"description"`
	Required     bool       `json:"required"`
	Default      string     `json:"default,omitempty"`
	Unit         string     `json:"unit,omitempty"`
	Min          *int64     `json:"min,omitempty"`
	Max          *int64     `json:"max,omitempty"`
	RangeReason  string     `json:"range_reason,omitempty"`
	Enum         []enumJSON `json:"enum,omitempty"`
	Key          string     `json:"kernel_key,omitempty"`
	Since        string     `json:"since_kernel,omitempty"`
	Until        string     `json:"until_kernel,omitempty"`
	Global       bool       `json:"global"`
	Reversible   bool       `json:"reversible"`
	Irreversible string     `json:"irreversible,omitempty"`
}

type enumJSON struct {
	Word        string   `json:"word"`
	Kernel      string   `json:"kernel,omitempty"`
	Description string   `json:"description,omitempty"`
	Aliases     []string `json:"aliases,omitempty"`
}

// SchemaJSON writes the tables of block types for editors and tools.
func SchemaJSON(out *Output, types []*schema.BlockType) {
	doc := schemaDocument{FormatVersion: "1.0", BlockTypes: []typeJSON{}}
	for _, bt := range types {
		t := typeJSON{
			Name: bt.Name, Summary: bt.Summary, Description: bt.Description,
			Attributes: attributesJSON(bt.Attributes), Blocks: []blockJSON{}, Example: bt.Example,
		}
		for _, b := range bt.Blocks {
			t.Blocks = append(t.Blocks, blockJSON{b.Name, b.Description, attributesJSON(b.Attributes)})
		}
		doc.BlockTypes = append(doc.BlockTypes, t)
	}
	writeJSON(out, doc)
}

func attributesJSON(attrs []schema.Attribute) []attributeJSON {
	out := []attributeJSON{}
	for _, a := range attrs {
		j := attributeJSON{
			Name: a.Name, Type: string(a.Type), Description: a.Description, Required: a.Required,
			Default: a.Default, Unit: a.Unit, Min: a.Min, Max: a.Max, RangeReason: a.RangeReason,
			Key: a.Key, Since: a.Since, Until: a.Until, Global: a.Global,
			Reversible: a.Reversible(), Irreversible: a.Irreversible,
		}
		for _, e := range a.Enum {
			j.Enum = append(j.Enum, enumJSON{e.Word, e.Kernel, e.Description, e.Aliases})
		}
		out = append(out, j)
	}
	return out
}

type functionsDocument struct {
	FormatVersion string               `json:"format_version"`
	Functions     []schema.FunctionDoc `json:"functions"`
}

// FunctionsJSON writes the functions of expressions for editors and tools.
func FunctionsJSON(out *Output, docs []schema.FunctionDoc) {
	writeJSON(out, functionsDocument{"1.0", docs})
}
