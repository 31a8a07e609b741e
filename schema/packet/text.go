package packet

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SplitNot separates the exclamation mark that negates a condition.
func SplitNot(s string) (rest string, not bool) {
	s = strings.TrimSpace(s)
	if rest, not = strings.CutPrefix(s, "!"); not {
		rest = strings.TrimSpace(rest)
	}
	return rest, not
}

// mark puts the exclamation mark back.
func mark(not bool, s string) string {
	if not {
		return "!" + s
	}
	return s
}

// CheckText refuses what must not reach a rule or a log line inside a free
// text: control characters (a newline would end the rule), bytes that are
// not UTF-8, and more bytes than the kernel keeps.
func CheckText(what, s string, limit int) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("the %s is not valid UTF-8", what)
	}
	for i, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return fmt.Errorf("the %s has the control character %U at byte %d: it would break rules or log lines", what, r, i)
		}
	}
	if len(s) > limit {
		return fmt.Errorf("the %s has %d bytes, %d more than the %d that the kernel keeps", what, len(s), len(s)-limit, limit)
	}
	return nil
}

// number reads an unsigned number, decimal or, with 0x, hexadecimal. Octal
// is refused: 010 is eight to iptables and ten to people.
func number(what, s string, limit uint64) (uint64, error) {
	base, digits := 10, s
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		base, digits = 16, rest
	} else if len(s) > 1 && s[0] == '0' {
		return 0, fmt.Errorf("%s %q starts with 0, which iptables reads as octal: write it without", what, s)
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a %s: a number from 0 to %d is wanted", s, what, limit)
	}
	if n > limit {
		return 0, fmt.Errorf("%s %s is above %d", what, s, limit)
	}
	return n, nil
}

// span reads "5", "5:9", "5:" or ":9".
func span(what, s string, limit uint64) (lo, hi uint64, err error) {
	a, b, ranged := strings.Cut(s, ":")
	if !ranged {
		lo, err = number(what, a, limit)
		return lo, lo, err
	}
	if a == "" && b == "" {
		return 0, 0, fmt.Errorf("%q is not a %s range: it has no end", s, what)
	}
	hi = limit
	if a != "" {
		if lo, err = number(what, a, limit); err != nil {
			return 0, 0, err
		}
	}
	if b != "" {
		if hi, err = number(what, b, limit); err != nil {
			return 0, 0, err
		}
	}
	if lo > hi {
		return 0, 0, fmt.Errorf("%s range %s runs backwards: write %d:%d", what, s, hi, lo)
	}
	return lo, hi, nil
}
