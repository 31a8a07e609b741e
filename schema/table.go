package schema

import "github.com/zclconf/go-cty/cty"

// BlockType is the table of one block type: the only place where the
// language knows what such a block may hold.
type BlockType struct {
	// Name is the block's keyword, "conntrack".
	Name string
	// Summary is one sentence; Description is Markdown for the reference.
	Summary     string
	Description string
	// Attributes in the order in which documentation, generated
	// configuration and plans show them.
	Attributes []Attribute
	Blocks     []NestedBlock
	// Check looks at all attributes of one block together. It gets the
	// normalised values and reports against their ranges. Attributes whose
	// value is not known yet are left out.
	Check func(r *Resource) []Problem
	// Hint explains a name that the table lacks but that people have a
	// reason to write, such as a kernel key's old name: a sentence or two
	// that say what to write instead. "" leaves it to the nearest name.
	Hint func(name string) string
	// Example is a complete block in HCL for the reference; tests load it.
	Example string
}

// NestedBlock is a block inside a resource block, like rotate or limit. It
// evaluates to one object value, whose attributes are null where the block
// does not set them; the attribute is absent where there is no block.
type NestedBlock struct {
	Name        string
	Description string
	Required    bool
	Attributes  []Attribute
}

// Type is the type of an attribute, as users write it.
type Type string

// The attribute types. Duration and Size evaluate to whole numbers (seconds,
// bytes); Enum to one of its words, or to a number's digits where Numeric is set.
const (
	TypeNumber     Type = "number" // whole
	TypeBool       Type = "bool"
	TypeString     Type = "string"
	TypeDuration   Type = "duration" // 90, "90s", "5d" → seconds
	TypeSize       Type = "size"     // 67108864, "64MiB" → bytes
	TypeEnum       Type = "enum"
	TypeStringList Type = "list(string)"
	TypeStringMap  Type = "map(string)" // numbers and bools are converted
	TypeAny        Type = "any"         // Convert decides
)

// Attribute is one attribute of a block type.
type Attribute struct {
	Name        string
	Type        Type
	Description string
	Required    bool
	// Default is what holds when the attribute is not set; for kernel
	// parameters the kernel's own default, for documentation only.
	Default string
	// Unit is "seconds", "bytes", "entries", "buckets", or empty.
	Unit string
	// Min and Max bound whole numbers, durations and sizes, inclusive; nil
	// means unbounded. Of a Numeric enumeration they bound the numbers.
	Min, Max *int64
	// RangeReason says why the bounds are where they are, as a sentence for
	// messages and the reference; "" where the kernel's type is the reason.
	RangeReason string
	// Enum lists the words of a TypeEnum, in order.
	Enum []EnumValue
	// Numeric lets a TypeEnum take any whole number from Min to Max, for
	// kernel values that have no word.
	Numeric bool
	// Key is the kernel parameter, dotted ("net.netfilter.nf_conntrack_max").
	Key string
	// Since and Until name the first and the last kernel that has Key, as
	// documentation: what counts is whether the running kernel has it.
	Since, Until string
	// Global marks a parameter of the whole machine, which only the initial
	// network namespace can write.
	Global bool
	// Irreversible says why setting the attribute cannot be undone, or is empty.
	Irreversible string
	// Convert normalises a value after the type check; an error's text is
	// shown as a diagnostic at the value, under the summary of an *Invalid
	// and at the part that a cty.PathError names. It gets neither null nor
	// unknown values.
	Convert func(cty.Value) (cty.Value, error)
}

// EnumValue is a word of an enumeration and what the kernel calls it.
type EnumValue struct {
	Word, Kernel, Description string
	// Aliases are accepted and read as Word: "err" for "error", and "true"
	// where a bool is accepted too.
	Aliases []string
}

// Attribute finds an attribute by its name; nil if there is none.
func (bt *BlockType) Attribute(name string) *Attribute { return attributeNamed(bt.Attributes, name) }

// Block finds a nested block by its name; nil if there is none.
func (bt *BlockType) Block(name string) *NestedBlock {
	for i := range bt.Blocks {
		if bt.Blocks[i].Name == name {
			return &bt.Blocks[i]
		}
	}
	return nil
}

// Attribute finds an attribute by its name; nil if there is none.
func (b *NestedBlock) Attribute(name string) *Attribute { return attributeNamed(b.Attributes, name) }

func attributeNamed(attrs []Attribute, name string) *Attribute {
	for i := range attrs {
		if attrs[i].Name == name {
			return &attrs[i]
		}
	}
	return nil
}

// ObjectType is the type of a resource as expressions see it: one attribute
// per attribute and nested block.
func (bt *BlockType) ObjectType() cty.Type {
	types := attributeTypes(bt.Attributes)
	for i := range bt.Blocks {
		types[bt.Blocks[i].Name] = bt.Blocks[i].ObjectType()
	}
	return cty.Object(types)
}

// ObjectType is the type of the value that the block evaluates to.
func (b *NestedBlock) ObjectType() cty.Type { return cty.Object(attributeTypes(b.Attributes)) }

func attributeTypes(attrs []Attribute) map[string]cty.Type {
	types := make(map[string]cty.Type, len(attrs))
	for _, a := range attrs {
		types[a.Name] = a.ValueType()
	}
	return types
}

// ValueType is the type of the attribute's normalised value.
func (a Attribute) ValueType() cty.Type {
	switch a.Type {
	case TypeNumber, TypeDuration, TypeSize:
		return cty.Number
	case TypeBool:
		return cty.Bool
	case TypeString, TypeEnum:
		return cty.String
	case TypeStringList:
		return cty.List(cty.String)
	case TypeStringMap:
		return cty.Map(cty.String)
	}
	return cty.DynamicPseudoType
}

// Reversible reports whether a change of the attribute can be undone.
func (a Attribute) Reversible() bool { return a.Irreversible == "" }
