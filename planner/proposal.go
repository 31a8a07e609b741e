package planner

import "github.com/hashicorp/hcl/v2"

// Layer tells a setting of the running kernel from one of the next boot.
type Layer string

// The two layers. Both are declared, read, compared and undone.
const (
	Runtime Layer = "runtime"
	Boot    Layer = "boot"
)

// Setting is what one resource wants of one target. Several resources can
// share a file: each then owns parts of it, and Compose writes the whole.
type Setting struct {
	Layer  Layer  `json:"layer"`
	Target Target `json:"target"`
	Phase  Phase  `json:"phase"`
	// Attribute is the attribute of the resource that it comes from.
	Attribute string `json:"attribute,omitempty"`
	// Part is empty where the resource owns the whole target. Otherwise it
	// orders and identifies the lines in State.Data within a shared file.
	Part string `json:"part,omitempty"`
	// Shared lets several resources want the whole target, as long as they
	// want the same of it.
	Shared bool `json:"shared,omitempty"`
	// State is what the target, or the part, is to hold.
	State *State `json:"state"`
	// Rank orders settings of one phase: see Operation.Rank.
	Rank int `json:"rank,omitempty"`
	// Reload names the service that reads the target only when it starts,
	// or is empty.
	Reload string `json:"reload,omitempty"`
	// Irreversible says why a change of this setting cannot be undone, or is empty.
	Irreversible string `json:"irreversible,omitempty"`
}

// AttributeValue is one attribute in one layer, as found and as wanted. The
// values are JSON-like: string, int64, bool, []any, map[string]any or nil.
type AttributeValue struct {
	Name  string `json:"name"`
	Layer Layer  `json:"layer"`
	// Before is the live value; nil where there is none.
	Before any `json:"before"`
	After  any `json:"after"`
	// Same reports that nothing has to be done. It is not Before == After:
	// 5000 buckets and 5120 are the same to the kernel.
	Same bool `json:"same,omitempty"`
	// Ignored reports a difference that lifecycle.ignore_drift leaves alone.
	Ignored bool `json:"ignored,omitempty"`
	// Key is the kernel key or the file that holds the attribute.
	Key string `json:"key,omitempty"`
	// Unit is "seconds", "bytes", "entries" and the like, or empty.
	Unit string `json:"unit,omitempty"`
	// BeforeNote and AfterNote say where a value comes from ("kernel
	// default", "/etc/sysctl.conf:3") or what becomes of it ("rounded from 5000").
	BeforeNote string `json:"before_note,omitempty"`
	AfterNote  string `json:"after_note,omitempty"`
}

// Proposal is a provider's answer for one declared resource: what it found
// and what should be there. The planner turns proposals into changes and
// operations.
type Proposal struct {
	Address string
	// Exists reports whether the host holds the resource already. Kernel
	// parameters always exist; files and rules may have to be created.
	Exists     bool
	Attributes []AttributeValue
	Settings   []Setting
	// Declared is the attribute values as configured, for `show` and policies.
	Declared map[string]any
	// Range is where the resource stands in the configuration.
	Range       hcl.Range
	DependsOn   []string
	Protect     bool
	IgnoreDrift []string
	Notes       []string
}
