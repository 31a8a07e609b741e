package schema

// MetaArgument is an argument or block that every resource block takes.
type MetaArgument struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
}

// MetaArguments are those of resource blocks, in the order of the reference.
var MetaArguments = []MetaArgument{
	{"for_each", "map or set of strings", "Makes one instance per element. `each.key` and `each.value` tell them apart, and `TYPE.NAME[\"KEY\"]` is the address of one. The keys must be known before anything is applied."},
	{"enabled", "bool", "`false` makes the block have no instance, as if it were not there. In a block with `for_each` it is asked for each instance, and may use `each`."},
	{"depends_on", "list of addresses", "What has to be applied before, where no expression refers to it: `[kernel_module.ftp]`."},
	{"protect", "bool", "`true` makes every plan fail that would destroy the resource. It is recorded in the state, so removing the block does not get around it: set it to `false` and apply first."},
	{"lifecycle", "block", "`ignore_drift = [ATTRIBUTE, ...]` leaves differences of some attributes alone. `precondition { condition, error_message }` stops a plan; `postcondition` is checked against the values that were read back, and a failure undoes the whole apply."},
}

func metaArgumentNames() []string {
	names := make([]string, len(MetaArguments))
	for i, m := range MetaArguments {
		names[i] = m.Name
	}
	return names
}
