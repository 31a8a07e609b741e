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
	// normalised values and reports against their ranges.
	Check func(r *Resource) []Problem
	// Example is a complete block in HCL for the reference; tests load it.
	Example string
}

// NestedBlock is a block inside a resource block, like rotate or limit. It
// evaluates to one object value (null when absent).
type NestedBlock struct {
	Name        string
	Description string
	Attributes  []Attribute
}

// Type is the type of an attribute, as users write it.
type Type string

// The attribute types. Duration and Size evaluate to whole numbers (seconds,
// bytes); Enum to one of its words, or to a number where Numeric is set.
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
	// means unbounded.
	Min, Max *int64
	// Enum lists the words of a TypeEnum, in order.
	Enum []EnumValue
	// Key is the kernel parameter, dotted ("net.netfilter.nf_conntrack_max").
	Key string
	// Since and Until name the first and the last kernel that has Key, as
	// documentation: what counts is whether the running kernel has it.
	Since, Until string
	// Global marks a parameter of the whole machine, which only the initial
	// network namespace can write.
	Global bool
	// Convert normalises a value after the type check; an error's text is
	// shown as a diagnostic at the value.
	Convert func(cty.Value) (cty.Value, error)
}

// EnumValue is a word of an enumeration and what the kernel calls it.
type EnumValue struct {
	Word, Kernel, Description string
}
