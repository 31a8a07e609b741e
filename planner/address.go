package planner

import (
	"sort"
	"strings"
)

// splitKey cuts the for_each key off an address: `notrack.dns["udp"]` is
// "notrack.dns" and `["udp"]`.
func splitKey(address string) (base, key string) {
	if !strings.HasSuffix(address, "]") {
		return address, ""
	}
	// A key may hold brackets of its own; the one that opens it follows the
	// last name, which cannot hold any.
	dots := strings.Index(address, `["`)
	for dots >= 0 {
		end := keyEnd(address, dots)
		if end == len(address) {
			return address[:dots], address[dots:]
		}
		next := strings.Index(address[end:], `["`)
		if next < 0 {
			return address, ""
		}
		dots = end + next
	}
	return address, ""
}

// keyEnd returns the index behind the `"]` that closes the key at start.
func keyEnd(address string, start int) int {
	for i := start + 2; i < len(address); i++ {
		switch address[i] {
		case '\\':
			i++
		case '"':
			if i+1 < len(address) && address[i+1] == ']' {
				return i + 2
			}
		}
	}
	return len(address) + 1
}

// within reports whether address is base itself, one of its instances, or
// inside the module that base names.
func within(address, base string) bool {
	return address == base ||
		strings.HasPrefix(address, base+"[") ||
		(isModule(base) && strings.HasPrefix(address, base+"."))
}

// isModule reports whether an address names a module and no resource in it.
func isModule(address string) bool {
	parts := strings.Split(address, ".")
	return len(parts)%2 == 0 && parts[len(parts)-2] == "module"
}

// TypeOf returns the block type in an address.
func TypeOf(address string) string {
	base, _ := splitKey(address)
	parts := strings.Split(base, ".")
	if len(parts) < 2 {
		return ""
	}
	return parts[len(parts)-2]
}

// rename applies moved blocks to a copy of the state. A later move sees what
// an earlier one made, so that chains of renames work in one go.
func rename(m Managed, moves []Move) Managed {
	out := Managed{
		Resources: map[string]ManagedResource{},
		Originals: map[string]Original{},
		Kept:      m.Kept,
	}
	for id, o := range m.Originals {
		out.Originals[id] = o
	}
	for address, r := range m.Resources {
		out.Resources[address] = r
	}
	for _, mv := range moves {
		for _, address := range sortedKeys(out.Resources) {
			if !within(address, mv.From) {
				continue
			}
			to := mv.To + strings.TrimPrefix(address, mv.From)
			if _, taken := out.Resources[to]; taken {
				continue
			}
			r := out.Resources[address]
			if r.Previous == "" {
				r.Previous = address
			}
			delete(out.Resources, address)
			out.Resources[to] = r
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
