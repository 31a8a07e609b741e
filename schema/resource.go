package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Resource is one evaluated instance of a resource block: every attribute
// has been checked against the table and normalised.
type Resource struct {
	// Address is "conntrack.edge", "notrack.dns[\"udp\"]" or
	// "module.web.conntrack.edge".
	Address string
	// Module is the module path, "" for the root.
	Module string
	// Type and Name are the block's keyword and label.
	Type, Name string
	// Key is the for_each key; meaningful where HasKey is set.
	Key    string
	HasKey bool
	// Attrs holds the attributes that are set, normalised: Duration and
	// Size as whole numbers, lists and maps as cty lists and maps, nested
	// blocks as objects. Attributes that are not set or null are absent.
	Attrs map[string]Attr
	// Range is the block's header.
	Range hcl.Range

	DependsOn   []string // addresses of resources (all instances), sorted
	Protect     bool
	IgnoreDrift []string // attribute names, sorted; "*" is not allowed
	// Conditions of the lifecycle block. Preconditions have been evaluated
	// already; postconditions wait for the read-back, see Config.Postconditions.
}

// Attr is one attribute's value and where it was written.
type Attr struct {
	Value cty.Value
	Range hcl.Range
}

// Problem is a mistake that a table's Check found.
type Problem struct {
	// Attribute says where; "" is the block's header.
	Attribute string
	Warning   bool
	Summary   string
	Detail    string
}

// Int, Bool, String and Strings return an attribute's value and whether it
// is set. They panic on an attribute of another type: tables guarantee types.

// Int returns a whole number, duration in seconds or size in bytes.
func (r *Resource) Int(name string) (int64, bool) {
	a, ok := r.Attrs[name]
	if !ok {
		return 0, false
	}
	n, _ := a.Value.AsBigFloat().Int64()
	return n, true
}

// Bool returns a switch.
func (r *Resource) Bool(name string) (value, set bool) {
	a, ok := r.Attrs[name]
	if !ok {
		return false, false
	}
	return a.Value.True(), true
}

// String returns a text or an enumeration's word.
func (r *Resource) String(name string) (string, bool) {
	a, ok := r.Attrs[name]
	if !ok {
		return "", false
	}
	return a.Value.AsString(), true
}

// Strings returns a list of texts.
func (r *Resource) Strings(name string) ([]string, bool) {
	a, ok := r.Attrs[name]
	if !ok {
		return nil, false
	}
	var out []string
	for it := a.Value.ElementIterator(); it.Next(); {
		_, v := it.Element()
		out = append(out, v.AsString())
	}
	return out, true
}
