package view

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes a text safe to show on one line of a terminal: control
// characters become Unicode's pictures of them, so that neither a
// configuration nor a file on the host can move the cursor, change colours or
// hide what a plan does. Characters that reverse the reading direction, line
// separators and bytes that are not UTF-8 are written as escapes.
func clean(s string) string { return cleanText(s, "") }

// cleanText is clean for text that may keep the given control characters.
func cleanText(s, keep string) string {
	if !strings.ContainsFunc(s, unsafe) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case strings.ContainsRune(keep, r) || !unsafe(r):
			b.WriteString(s[:n])
		case r < 0x20:
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		s = s[n:]
	}
	return b.String()
}

// unsafe reports characters that a terminal acts on instead of showing them.
// The replacement character stands for broken UTF-8 too, and is looked at
// more closely by cleanText.
func unsafe(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// splitLines splits text at newlines and cleans each line.
func splitLines(s string) []string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = clean(l)
	}
	return lines
}
