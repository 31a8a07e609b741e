package schema

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
)

// logOnly and nflogOnly are the options that only one of the targets has.
var (
	logOnly   = []string{"level", "tcp_sequence", "tcp_options", "ip_options", "uid", "macdecode"}
	nflogOnly = []string{"group", "size", "threshold"}
)

func checkLogRule(r *Resource) []Problem {
	_, problems := checkMatches(r)
	table := "filter"
	if a, ok := r.Attrs["table"]; ok {
		if !a.Value.IsKnown() {
			return problems
		}
		table = a.Value.AsString()
	}
	chains, more := checkChains(r, table, HooksOf[table])
	problems = append(append(problems, more...), checkHooks(r, chains)...)
	problems = append(problems, checkTarget(r)...)
	if table == "raw" {
		if _, ok := r.Attrs["ctstate"]; ok {
			problems = append(problems, Problem{Attribute: "ctstate", Warning: true, Summary: "Connections have no state yet in table raw",
				Detail: "Table raw comes before connection tracking: every packet there is UNTRACKED or INVALID. Use table filter or mangle."})
		}
	}
	return append(problems, checkMasks(r)...)
}

func checkTarget(r *Resource) []Problem {
	target := "LOG"
	if a, ok := r.Attrs["target"]; ok {
		if !a.Value.IsKnown() {
			return nil
		}
		target = a.Value.AsString()
	}
	foreign, other, limit := nflogOnly, "NFLOG", MaxLogPrefix
	if target == "NFLOG" {
		foreign, other, limit = logOnly, "LOG", MaxNflogPrefix
	}
	var out []Problem
	for _, name := range foreign {
		if _, ok := r.Attrs[name]; ok {
			out = append(out, Problem{Attribute: name, Summary: name + " is an option of " + other,
				Detail: fmt.Sprintf("The target is %s, which has no %s. Leave it out, or use target = %q.", target, name, other)})
		}
	}
	if prefix, ok := r.String("prefix"); ok && len(prefix) > limit {
		out = append(out, Problem{Attribute: "prefix", Summary: "Prefix too long",
			Detail: fmt.Sprintf("The prefix has %d bytes, and %s keeps %d: iptables would cut it to %q without a word. Take %d off.",
				len(prefix), target, limit, prefix[:limit], len(prefix)-limit)})
	}
	return out
}

// checkMasks holds the masks of hashlimit against the families.
func checkMasks(r *Resource) []Problem {
	a, ok := r.Attrs["hashlimit"]
	if !ok || a.Value.IsNull() || !a.Value.IsWhollyKnown() {
		return nil
	}
	declared, _ := DeclaredFamilies(r)
	spec, _ := MatchSpec(r)
	families, err := spec.Families(declared)
	if err != nil {
		return nil // reported already
	}
	var out []Problem
	parts := a.Value.AsValueMap()
	for _, name := range []string{"srcmask", "dstmask"} {
		v, ok := parts[name]
		if !ok || v.IsNull() || v.Type() != cty.Number {
			continue
		}
		n, _ := v.AsBigFloat().Int64()
		for _, f := range families {
			if n > int64(f.Bits()) {
				out = append(out, Problem{Attribute: "hashlimit", Summary: "Mask longer than the address",
					Detail: fmt.Sprintf("%s is %d, and %s addresses have %d bits. Write one block for each family.", name, n, f, f.Bits())})
			}
		}
	}
	return out
}
