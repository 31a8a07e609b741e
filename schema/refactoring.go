package schema

import "strings"

// refactorings collects the moved and removed blocks of all modules and
// refuses those about what is still declared.
func (e *evaluator) refactorings(s *scope) {
	for _, m := range s.module.moved {
		if still := e.existing(s, m.from, m.to); still != nil {
			e.report(errorAt(m.rng, "Moved resource is still there",
				"%s is moved to %s, but %s is still declared at %s. Rename the block, or remove the moved block.",
				m.from, m.to, still.Address, place(still.Range)))
			continue
		}
		if !s.unknown {
			e.moved = append(e.moved, Moved{join(s.prefix, m.from.String()), join(s.prefix, m.to.String()), m.rng})
		}
	}
	for _, r := range s.module.removed {
		if still := e.existing(s, r.from, address{}); still != nil {
			e.report(errorAt(r.rng, "Removed resource is still there",
				"%s is removed, but %s is still declared at %s. Delete its block, or remove the removed block.",
				r.from, still.Address, place(still.Range)))
			continue
		}
		if !s.unknown {
			e.removed = append(e.removed, Removed{join(s.prefix, r.from.String()), r.restore, r.rng})
		}
	}
	for _, name := range sortedKeys(s.module.calls) {
		for _, child := range s.children[name] {
			e.refactorings(child)
		}
	}
}

// existing is a declared resource that from covers, or nil. A move that only
// adds, drops or changes a key is about that very instance.
func (e *evaluator) existing(s *scope, from, to address) *Resource {
	var found *Resource
	prefix := join(s.prefix, from.String())
	keyOnly := from.withoutKey() == to.withoutKey()
	for _, r := range e.resources {
		rest, ok := strings.CutPrefix(r.Address, prefix)
		covered := ok && (rest == "" || rest[0] == '.' || rest[0] == '[' && !keyOnly)
		if covered && (found == nil || r.Address < found.Address) {
			found = r.Resource
		}
	}
	return found
}
