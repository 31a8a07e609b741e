package host

import "strings"

// DeleteTree removes a directory with everything below it, as when a module
// takes its part of /sys along.
func (h *Fake) DeleteTree(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	below := func(p string) bool { return p == name || strings.HasPrefix(p, name+"/") }
	removeBelow(h.files, below)
	removeBelow(h.links, below)
	removeBelow(h.controls, below)
	removeBelow(h.dirs, below)
}

func removeBelow[V any](m map[string]V, below func(string) bool) {
	for p := range m {
		if below(p) {
			delete(m, p)
		}
	}
}
