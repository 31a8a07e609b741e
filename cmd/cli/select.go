package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ctplan/ctplan/planner"
)

// selection limits a plan to some addresses.
type selection struct{ targets, excludes []string }

func (s *selection) register(f *pflag.FlagSet) {
	f.StringArrayVar(&s.targets, "target", nil, "plan only this address and what it depends on; * and ? are wildcards")
	f.StringArrayVar(&s.excludes, "exclude", nil, "leave out this address and what depends on it; * and ? are wildcards")
}

func (s *selection) check() error {
	if len(s.targets) > 0 && len(s.excludes) > 0 {
		return &usageError{"-target and -exclude cannot be combined. Use one of them."}
	}
	return nil
}

func (s *selection) empty() bool { return len(s.targets) == 0 && len(s.excludes) == 0 }

// function returns the planner's Select for the addresses that there are. A
// pattern that matches nothing is an error: it is a mistyped one.
func (s *selection) function(proposals []planner.Proposal, managed planner.Managed) (func(string) bool, error) {
	if s.empty() {
		return nil, nil
	}
	needs := dependencies(proposals, managed)
	addresses := slices.Sorted(maps.Keys(needs))
	for _, pattern := range slices.Concat(s.targets, s.excludes) {
		if !slices.ContainsFunc(addresses, func(a string) bool { return glob(pattern, a) }) {
			return nil, &failure{
				summary: "No such resource",
				detail:  fmt.Sprintf("%q matches no address. There are: %s.", pattern, listed(addresses)),
			}
		}
	}
	chosen := map[string]bool{}
	if len(s.targets) > 0 {
		for _, a := range addresses {
			if anyGlob(s.targets, a) {
				spread(a, needs, chosen)
			}
		}
		return func(a string) bool { return chosen[a] }, nil
	}
	needed := inverted(needs)
	for _, a := range addresses {
		if anyGlob(s.excludes, a) {
			spread(a, needed, chosen)
		}
	}
	return func(a string) bool { return !chosen[a] }, nil
}

// dependencies are what every known address depends on.
func dependencies(proposals []planner.Proposal, managed planner.Managed) map[string][]string {
	needs := map[string][]string{}
	for a, r := range managed.Resources {
		needs[a] = r.DependsOn
	}
	for _, p := range proposals {
		needs[p.Address] = p.DependsOn
	}
	return needs
}

func inverted(needs map[string][]string) map[string][]string {
	out := map[string][]string{}
	for a, list := range needs {
		for _, b := range list {
			out[b] = append(out[b], a)
		}
	}
	return out
}

// spread marks an address and everything that can be reached from it.
func spread(a string, edges map[string][]string, marked map[string]bool) {
	if marked[a] {
		return
	}
	marked[a] = true
	for _, b := range edges[a] {
		spread(b, edges, marked)
	}
}

// listed writes addresses for a message, the first few of many.
func listed(addresses []string) string {
	const most = 10
	switch {
	case len(addresses) == 0:
		return "none"
	case len(addresses) > most:
		return strings.Join(addresses[:most], ", ") + fmt.Sprintf(" and %d more", len(addresses)-most)
	}
	return strings.Join(addresses, ", ")
}
