package planner

import (
	"slices"
	"strings"
)

// composedHeader stands at the top of every file that resources share.
const composedHeader = "# Managed by ctplan: changes made by hand are found as drift and overwritten.\n"

// part is what one resource contributes to a shared file.
type part struct {
	key, address, lines string
}

// compose writes a shared file from its parts, grouped by the resources that
// own them. Every format that ctplan shares files of (sysctl.d,
// modules-load.d, modprobe.d) takes # comments. Equal lines of several
// resources appear once, under all their addresses.
func compose(parts []part) *State {
	var out strings.Builder
	out.WriteString(composedHeader)
	last := "\x00" // no owner is called that
	for _, p := range mergeOwners(parts) {
		if p.address != last {
			out.WriteString("\n")
			if p.address != "" {
				out.WriteString("# " + p.address + "\n")
			}
			last = p.address
		}
		out.WriteString(p.lines)
	}
	return Content(out.String())
}

// mergeOwners joins parts with the same lines into one that names all their
// owners, and sorts by owners and key.
func mergeOwners(parts []part) []part {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b part) int {
		return strings.Compare(a.key+"\x00"+a.lines+"\x00"+a.address, b.key+"\x00"+b.lines+"\x00"+b.address)
	})
	var merged []part
	for _, p := range parts {
		p.address = comment(p.address)
		if n := len(merged); n > 0 && merged[n-1].key == p.key && merged[n-1].lines == p.lines {
			if p.address != "" {
				merged[n-1].address = strings.TrimPrefix(merged[n-1].address+", "+p.address, ", ")
			}
			continue
		}
		merged = append(merged, p)
	}
	slices.SortStableFunc(merged, func(a, b part) int { return strings.Compare(a.address, b.address) })
	return merged
}

// Composed reports whether a file's content was written by compose, that
// is, whether ctplan may regard the file as its own.
func Composed(content string) bool { return strings.HasPrefix(content, composedHeader) }

// comment makes an address safe inside a comment: a for_each key may hold
// any character.
func comment(address string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, address)
}
