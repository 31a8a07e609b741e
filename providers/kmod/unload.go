package kmod

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
)

// checkUnload reports what keeps loaded modules from being unloaded: the
// kernel, modules that are to stay, and rules or other users.
func (s *session) checkUnload(r *schema.Resource, attribute string, modules []string) {
	if s.inv.Locked {
		s.refuse(r, attribute, "Modules cannot be unloaded", "kernel.modules_disabled is 1: this kernel loads and unloads nothing until the next boot.")
		return
	}
	var staying []string
	uses := map[string]Use{}
	for _, m := range modules {
		entry := s.inv.Loaded[m]
		if entry.References < 0 || entry.Permanent {
			s.refuse(r, attribute, "Module "+m+" cannot be unloaded", "It has no way to be unloaded: this kernel was built without unloading, or the module was.")
			return
		}
		for _, user := range s.inv.users(m) {
			if _, goes := s.wishes.Unloaded[user]; !goes && !slices.Contains(staying, user) {
				staying = append(staying, user)
			}
		}
		for _, use := range s.inv.InUse(m) {
			uses[use.Module] = use
		}
	}
	if len(uses) > 0 {
		var list []string
		for _, m := range sortedNames(uses) {
			list = append(list, uses[m].String())
		}
		s.find(r, attribute, planner.SeverityError, "kmod:in-use",
			fmt.Sprintf("%s cannot be unloaded while in use", strings.Join(modules, ", ")),
			fmt.Sprintf("The kernel refuses it: %s. Remove those first, in every network namespace, and plan again; firewalls and container engines put theirs back.", strings.Join(list, "; ")))
		return
	}
	if len(staying) > 0 {
		slices.Sort(staying)
		s.find(r, attribute, planner.SeverityError, "kmod:held",
			fmt.Sprintf("%s cannot be unloaded while other modules use it", strings.Join(modules, ", ")),
			fmt.Sprintf("Loaded on top of it, and not to be unloaded by this configuration: %s. Declare them to be unloaded too.", strings.Join(staying, ", ")))
	}
	for _, m := range modules {
		if wishes := s.wishes.wanted(s.inv, m); len(wishes) > 0 {
			s.find(r, attribute, planner.SeverityError, "kmod:contradiction",
				"Module "+m+" is to be unloaded, and needed",
				fmt.Sprintf("%s unloads %s, and %s. Keep one of them.", r.Address, m, needers(wishes)))
		}
	}
}

// needers writes who needs a module: "notrack.dns needs it for the target CT".
func needers(wishes []Wish) string {
	const most = 3
	var list []string
	for _, w := range wishes[:min(most, len(wishes))] {
		list = append(list, fmt.Sprintf("%s needs it %s", w.Address, w.Why))
	}
	if more := len(wishes) - most; more > 0 {
		list = append(list, fmt.Sprintf("%d more do", more))
	}
	return strings.Join(list, ", ")
}
