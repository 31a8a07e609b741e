package kmod

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Entry is a line of /proc/modules: a module that is loaded.
type Entry struct {
	Name string
	// References counts everything that keeps it from being unloaded, the
	// holders included; -1 on a kernel that cannot unload modules.
	References int
	// Holders are the loaded modules that use it, sorted.
	Holders []string
	// Live is false while it is being loaded or unloaded.
	Live bool
	// Permanent marks a module that has no way to be unloaded.
	Permanent bool
}

// Others is how many references come from elsewhere than other modules:
// rules, tables, sockets, mounted file systems.
func (e Entry) Others() int { return max(0, e.References-len(e.Holders)) }

// ParseModules reads /proc/modules: "name size references holders, state
// address [taint]". Source: kernel, m_show and print_unload_info in
// kernel/module.
func ParseModules(data string) (map[string]Entry, error) {
	out := map[string]Entry{}
	for number, line := range strings.Split(data, "\n") {
		if line == "" {
			continue
		}
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number+1, err)
		}
		out[e.Name] = e
	}
	return out, nil
}

func parseEntry(line string) (Entry, error) {
	words := strings.Fields(line)
	if len(words) < 5 {
		return Entry{}, fmt.Errorf("%q has %d fields, and a module has at least 5", line, len(words))
	}
	e := Entry{Name: words[0], Live: words[4] == "Live", References: -1}
	if words[2] != "-" {
		n, err := strconv.Atoi(words[2])
		if err != nil || n < 0 {
			return Entry{}, fmt.Errorf("%q is no number of references", words[2])
		}
		e.References = n
	}
	for holder := range strings.SplitSeq(words[3], ",") {
		switch holder {
		case "", "-":
		case "[permanent]":
			e.Permanent = true
		default:
			e.Holders = append(e.Holders, holder)
		}
	}
	slices.Sort(e.Holders)
	return e, nil
}
