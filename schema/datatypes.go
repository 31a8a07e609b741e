package schema

import (
	"context"

	"github.com/zclconf/go-cty/cty"
)

// DataReader answers data blocks. Without one, every data value is unknown:
// what depends on it is checked only as far as its type.
type DataReader interface {
	// ReadData returns the object of one data block. config holds the
	// arguments that the block sets, of the types that DataTypes names. The
	// result is an object with the attributes that DataTypes names; one that
	// the host cannot tell is null.
	ReadData(ctx context.Context, typ string, config map[string]cty.Value) (cty.Value, error)
}

// DataType is the table of one kind of data block: a read-only question to
// the host.
type DataType struct {
	// Name is the block's first label, "host".
	Name string
	// Summary is one sentence.
	Summary string
	// Arguments are what the block sets, Attributes what it answers. An
	// argument can be read back under its own name as well.
	Arguments  []DataAttribute
	Attributes []DataAttribute
}

// DataAttribute is an argument or an answer of a data block.
type DataAttribute struct {
	Name        string
	Type        cty.Type
	Required    bool // of arguments
	Description string
	// Unit is "bytes", "entries" and the like, or empty.
	Unit string
}

// DataTypes are all kinds of data block, sorted by name. A new one needs an
// entry here and a provider that reads it.
var DataTypes = []DataType{
	{
		Name:    "conntrack",
		Summary: "The connection tracking table of the network namespace, as it is now.",
		Attributes: []DataAttribute{
			{Name: "buckets", Type: cty.Number, Unit: "buckets", Description: "Size of the hash table."},
			{Name: "by_protocol", Type: cty.Map(cty.Number), Description: "Entries of each protocol, by `tcp`, `udp` and so on. Null where the table cannot be read, and where it has more than 200000 entries."},
			{Name: "by_state", Type: cty.Map(cty.Map(cty.Number)), Description: "Entries of each state of each protocol that has states: `by_state[\"tcp\"][\"TIME_WAIT\"]`. A state without entries is missing: use `lookup` or `try`. Null as `by_protocol` is."},
			{Name: "count", Type: cty.Number, Description: "Entries at this moment. The number differs from one plan to the next: use it in `check` blocks rather than in attributes."},
			{Name: "max", Type: cty.Number, Unit: "entries", Description: "Limit of the table."},
			{Name: "per_cpu", Type: cty.List(cty.Map(cty.Number)), Description: "The same counters as `statistics`, of each processor."},
			{Name: "statistics", Type: cty.Map(cty.Number), Description: "Counters since boot, summed over all processors, by the kernel's names: `insert_failed`, `drop`, `early_drop` and the others of /proc/net/stat/nf_conntrack."},
		},
	},
	{
		Name:    "host",
		Summary: "The machine that the plan is for.",
		Attributes: []DataAttribute{
			{Name: "arch", Type: cty.String, Description: "Processor architecture, `amd64` or `arm64` for example."},
			{Name: "boot_id", Type: cty.String, Description: "Identifies the current boot."},
			{Name: "cpus", Type: cty.Number, Description: "Processors that are online."},
			{Name: "hostname", Type: cty.String, Description: "Host name."},
			{Name: "init_netns", Type: cty.Bool, Description: "Whether the plan is for the initial network namespace, the only one in which global limits can be written."},
			{Name: "kernel", Type: cty.String, Description: "Kernel release, as `uname -r` prints it."},
			{Name: "machine_id", Type: cty.String, Description: "Content of /etc/machine-id; empty in some containers."},
			{Name: "memory", Type: cty.Number, Unit: "bytes", Description: "Memory that the kernel manages."},
			{Name: "memory_mib", Type: cty.Number, Description: "The same in MiB, rounded down."},
			{Name: "netns", Type: cty.String, Description: "Name of the network namespace given with -netns, else empty."},
			{Name: "page_size", Type: cty.Number, Unit: "bytes", Description: "Size of a memory page."},
		},
	},
	{
		Name:    "sysctl",
		Summary: "A kernel parameter's live value.",
		Arguments: []DataAttribute{
			{Name: "key", Type: cty.String, Required: true, Description: "Name of the parameter, with dots or slashes."},
		},
		Attributes: []DataAttribute{
			{Name: "exists", Type: cty.Bool, Description: "Whether this kernel has the parameter."},
			{Name: "value", Type: cty.String, Description: "The value as the kernel prints it, fields separated by one blank; null where the parameter does not exist."},
		},
	},
	logBackendsDataType,
	modulesDataType,
	rulesDataType,
}

// LookupDataType finds a kind of data block by its name; nil if there is none.
func LookupDataType(name string) *DataType {
	for i := range DataTypes {
		if DataTypes[i].Name == name {
			return &DataTypes[i]
		}
	}
	return nil
}

// Object is the type of a block's value: its arguments and its answers.
func (d *DataType) Object() cty.Type {
	types := make(map[string]cty.Type)
	for _, a := range d.Arguments {
		types[a.Name] = a.Type
	}
	for _, a := range d.Attributes {
		types[a.Name] = a.Type
	}
	return cty.Object(types)
}

func dataTypeNames() []string {
	names := make([]string, len(DataTypes))
	for i, d := range DataTypes {
		names[i] = d.Name
	}
	return names
}
