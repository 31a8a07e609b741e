package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// claim is an attribute that sets a kernel parameter.
type claim struct {
	resource  *evaluated
	attribute string
	rng       hcl.Range
}

// label names the attribute as messages do.
func (c claim) label() string {
	if c.resource.Type == "sysctl" {
		return c.resource.Address
	}
	return c.resource.Address + "." + c.attribute
}

// conflicts reports kernel parameters that more than one resource sets: the
// last one written would win, and no plan would ever be without changes.
func (e *evaluator) conflicts() {
	claims := make(map[string][]claim)
	for _, r := range e.resources {
		for key, c := range claimsOf(r) {
			claims[key] = append(claims[key], c)
		}
	}
	for _, key := range sortedKeys(claims) {
		all := claims[key]
		// The outermost module comes first, so that the message points at
		// what was added to it.
		slices.SortStableFunc(all, func(a, b claim) int {
			return cmp.Or(
				cmp.Compare(a.resource.scope.depth(), b.resource.scope.depth()),
				compareRanges(&a.rng, &b.rng),
				strings.Compare(a.resource.Address, b.resource.Address),
			)
		})
		for _, c := range all[1:] {
			e.report(conflict(key, all[0], c))
		}
	}
}

func conflict(key string, first, second claim) *hcl.Diagnostic {
	d := errorAt(second.rng, "Kernel parameter set twice",
		"%s sets %s, which %s sets already at %s. A parameter has one value: keep one of the two.",
		second.label(), dottedKey(key), first.label(), place(first.rng))
	if first.resource.block == second.resource.block {
		d.Detail = "Every instance sets " + dottedKey(key) + ": " + first.label() + " and " + second.label() +
			". A parameter has one value: remove for_each, or make what is set depend on each.key."
	}
	return WithAddress(second.resource.Address, hcl.Diagnostics{d})[0]
}

// claimsOf are the kernel parameters that a resource sets, by normalised key.
func claimsOf(r *evaluated) map[string]claim {
	out := make(map[string]claim)
	for _, a := range r.block.typ.Attributes {
		if v, ok := r.Attrs[a.Name]; ok && a.Key != "" {
			out[kernelKey(a.Key)] = claim{r, a.Name, v.Range}
		}
	}
	if r.Type == "sysctl" {
		if v, ok := r.Attrs["key"]; ok && isString(v.Value) {
			out[kernelKey(v.Value.AsString())] = claim{r, "key", v.Range}
		}
	}
	return out
}

// sameParameter are the kernel's second names for a parameter.
var sameParameter = map[string]string{
	"net/nf_conntrack_max": "net/netfilter/nf_conntrack_max",
}

// kernelKey is a parameter's path below /proc/sys, whichever way it is
// written. Where the kernel has two names for one parameter it is the longer.
func kernelKey(key string) string {
	parsed, err := ParseSysctlKey(key)
	if err != nil {
		return key // decoding has reported it
	}
	if same, ok := sameParameter[parsed.Path()]; ok {
		return same
	}
	return parsed.Path()
}

// dottedKey is a path as sysctl(8) prints it.
func dottedKey(path string) string {
	parsed, err := ParseSysctlKey(path)
	if err != nil {
		return path
	}
	return parsed.String()
}
