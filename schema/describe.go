package schema

import (
	"encoding/json"
	"fmt"
)

// DescriptionFormatVersion is the version of Description. Readers ignore
// unknown properties and refuse another major version.
const DescriptionFormatVersion = "1.0"

// Description is the language as data, for editors, generators and policies:
// what `ctplan schema -json` prints.
type Description struct {
	FormatVersion string             `json:"format_version"`
	BlockTypes    []BlockDescription `json:"block_types"`
	MetaArguments []MetaArgument     `json:"meta_arguments"`
	// DataTypes and Functions are absent from the description of single types.
	DataTypes []DataDescription `json:"data_types,omitempty"`
	Functions []FunctionDoc     `json:"functions,omitempty"`
}

// BlockDescription describes a block type, or a block inside one.
type BlockDescription struct {
	Name        string                 `json:"name"`
	Summary     string                 `json:"summary,omitempty"`
	Description string                 `json:"description"`
	Required    bool                   `json:"required,omitempty"`
	Attributes  []AttributeDescription `json:"attributes"`
	Blocks      []BlockDescription     `json:"blocks,omitempty"`
	Example     string                 `json:"example,omitempty"`
}

// AttributeDescription describes an attribute.
type AttributeDescription struct {
	Name        string            `json:"name"`
	Type        Type              `json:"type"`
	Description string            `json:"description"`
	Required    bool              `json:"required"`
	Default     string            `json:"default,omitempty"`
	Unit        string            `json:"unit,omitempty"`
	Min         *int64            `json:"min,omitempty"`
	Max         *int64            `json:"max,omitempty"`
	RangeReason string            `json:"range_reason,omitempty"`
	Values      []WordDescription `json:"values,omitempty"`
	// Numeric says that numbers from Min to Max are accepted beside Values.
	Numeric      bool   `json:"numeric,omitempty"`
	KernelKey    string `json:"kernel_key,omitempty"`
	Since        string `json:"since_kernel,omitempty"`
	Until        string `json:"until_kernel,omitempty"`
	Global       bool   `json:"global,omitempty"`
	Reversible   bool   `json:"reversible"`
	Irreversible string `json:"irreversible,omitempty"`
}

// WordDescription describes a word of an enumeration.
type WordDescription struct {
	Word        string   `json:"word"`
	Kernel      string   `json:"kernel,omitempty"`
	Aliases     []string `json:"aliases,omitempty"`
	Description string   `json:"description,omitempty"`
}

// DataDescription describes a kind of data block.
type DataDescription struct {
	Name       string                     `json:"name"`
	Summary    string                     `json:"summary"`
	Arguments  []DataAttributeDescription `json:"arguments"`
	Attributes []DataAttributeDescription `json:"attributes"`
}

// DataAttributeDescription describes an argument or an answer of a data block.
type DataAttributeDescription struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Required    bool   `json:"required,omitempty"`
	Unit        string `json:"unit,omitempty"`
	Description string `json:"description"`
}

// UnknownTypeError reports a block type that the language does not have.
type UnknownTypeError struct {
	Name string
	// Suggestion is the nearest name, or "".
	Suggestion string
}

// Error implements error.
func (e *UnknownTypeError) Error() string {
	if e.Suggestion != "" {
		return fmt.Sprintf("there is no block type %q; did you mean %q?", e.Name, e.Suggestion)
	}
	return fmt.Sprintf("there is no block type %q", e.Name)
}

// Describe describes the whole language, or the named block types only. The
// error is of type *UnknownTypeError.
func Describe(types ...string) (*Description, error) {
	d := &Description{FormatVersion: DescriptionFormatVersion, MetaArguments: MetaArguments}
	if len(types) == 0 {
		types = TypeNames()
		d.Functions = FunctionDocs()
		for _, t := range DataTypes {
			d.DataTypes = append(d.DataTypes, describeData(t))
		}
	}
	for _, name := range types {
		bt := LookupType(name)
		if bt == nil {
			return nil, &UnknownTypeError{name, suggest(name, TypeNames())}
		}
		d.BlockTypes = append(d.BlockTypes, describeType(bt))
	}
	return d, nil
}

// JSON is the document as text. It is the same for the same tables.
func (d *Description) JSON() ([]byte, error) {
	out, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the schema: %w", err)
	}
	return append(out, '\n'), nil
}

func describeType(bt *BlockType) BlockDescription {
	d := BlockDescription{
		Name: bt.Name, Summary: bt.Summary, Description: bt.Description, Example: bt.Example,
		Attributes: describeAttributes(bt.Attributes),
	}
	for _, b := range bt.Blocks {
		d.Blocks = append(d.Blocks, BlockDescription{
			Name: b.Name, Description: b.Description, Required: b.Required,
			Attributes: describeAttributes(b.Attributes),
		})
	}
	return d
}

func describeAttributes(attrs []Attribute) []AttributeDescription {
	out := make([]AttributeDescription, len(attrs))
	for i, a := range attrs {
		out[i] = AttributeDescription{
			Name: a.Name, Type: a.Type, Description: a.Description, Required: a.Required, Default: a.Default,
			Unit: a.Unit, Min: a.Min, Max: a.Max, RangeReason: a.RangeReason, Numeric: a.Numeric,
			KernelKey: a.Key, Since: a.Since, Until: a.Until, Global: a.Global,
			Reversible: a.Reversible(), Irreversible: a.Irreversible,
		}
		for _, e := range a.Enum {
			out[i].Values = append(out[i].Values, WordDescription{e.Word, e.Kernel, e.Aliases, e.Description})
		}
	}
	return out
}

func describeData(t DataType) DataDescription {
	return DataDescription{t.Name, t.Summary, describeDataAttributes(t.Arguments), describeDataAttributes(t.Attributes)}
}

func describeDataAttributes(attrs []DataAttribute) []DataAttributeDescription {
	out := make([]DataAttributeDescription, len(attrs))
	for i, a := range attrs {
		out[i] = DataAttributeDescription{a.Name, typeText(a.Type), a.Required, a.Unit, a.Description}
	}
	return out
}
