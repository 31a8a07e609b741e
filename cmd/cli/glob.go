package cli

import (
	"slices"
	"strings"
)

// glob matches an address against a pattern: * stands for any characters,
// ? for one, everything else for itself, so that the brackets and quotation
// marks of instance keys need no quoting. A pattern without a key matches
// every instance, and one that names a module all that is in it.
func glob(pattern, address string) bool {
	return slices.ContainsFunc(enclosing(address), func(a string) bool { return match(pattern, a) })
}

func anyGlob(patterns []string, address string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return glob(p, address) })
}

// enclosing lists what an address belongs to, itself last: module.web,
// module.web.sysctl.x, module.web.sysctl.x["key"].
func enclosing(address string) []string {
	var out []string
	quoted := false
	dots := 0
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			out = append(out, address[:i])
		case c == '.':
			if dots++; dots%2 == 0 {
				out = append(out, address[:i])
			}
		}
	}
	return append(out, address)
}

// match compares without backtracking further than the last star, so that no
// pattern takes long.
func match(pattern, s string) bool {
	p, t := []rune(pattern), []rune(s)
	i, j := 0, 0
	star, mark := -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}
