package schema

import (
	"slices"

	"github.com/agext/levenshtein"
)

// suggest is the name that was probably meant, or "": the nearest one by
// edit distance, if it is less than three edits away and at least half of
// what was given is right. Two letters in the wrong order are one edit. Of
// equally near names the first in alphabetical order wins, so that a message
// never depends on map order.
func suggest(given string, among []string) string {
	best, bestDistance := "", 3
	for _, name := range slices.Sorted(slices.Values(among)) {
		d := levenshtein.Distance(given, name, nil)
		if d == 2 && isSwapped(given, name) {
			d = 1
		}
		if d < bestDistance && 2*d <= len(given) {
			best, bestDistance = name, d
		}
	}
	return best
}

// isSwapped reports whether two names differ by two neighbouring bytes that
// have changed places.
func isSwapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
