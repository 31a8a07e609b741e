package schema

// tables are all resource block types, in the order in which documentation
// and generated configuration show them. A new block type is one file with
// its table, and one line here.
var tables = []*BlockType{
	&conntrackTable,
	&sysctlTable,
	&notrackTable,
	&logRuleTable,
	&kernelModuleTable,
	&moduleBlacklistTable,
	&logBackendTable,
	&logRouteTable,
	&dynamicDebugTable,
	&tracepointTable,
}

// LookupType finds a resource block type by its keyword; nil if there is none.
func LookupType(name string) *BlockType {
	for _, bt := range tables {
		if bt.Name == name {
			return bt
		}
	}
	return nil
}

// TypeNames are the keywords of all resource block types, in the order of the
// documentation.
func TypeNames() []string {
	names := make([]string, len(tables))
	for i, bt := range tables {
		names[i] = bt.Name
	}
	return names
}

// Types are all resource block types, in the same order. They are shared and
// must not be changed.
func Types() []*BlockType { return tables }
