package cli

import (
	"slices"

	"github.com/agext/levenshtein"
)

// suggestion is the name nearest to a mistyped one, or "" if none is near. Of
// several the first in alphabetical order is taken.
func suggestion(given string, among []string) string {
	slices.Sort(among)
	best, distance := "", 3
	for _, name := range among {
		if d := levenshtein.Distance(given, name, nil); d < distance {
			best, distance = name, d
		}
	}
	return best
}
