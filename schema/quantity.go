package schema

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// quantity is one number with its unit, as in "1.5h".
type quantity struct{ digits, unit string }

// quantityUnit is a unit's name and how many of the base unit it is.
type quantityUnit struct {
	name   string
	factor int64
}

// maxQuantity bounds the length of a duration or a size: nobody needs longer
// ones, and numbers of a million digits take seconds to read.
const maxQuantity = 64

// splitQuantity takes "1h30m" apart. It does not know which units there are.
func splitQuantity(text string) ([]quantity, error) {
	switch {
	case text == "":
		return nil, errors.New("it is empty")
	case len(text) > maxQuantity:
		return nil, errors.New("it is too long")
	case strings.HasPrefix(text, "-"):
		return nil, errors.New("it is negative")
	case strings.ContainsAny(text, " \t\r\n"):
		return nil, errors.New("it holds a blank")
	}
	var out []quantity
	for rest := text; rest != ""; {
		digits := rest[:span(rest, isDigitOrPoint)]
		rest = rest[len(digits):]
		unit := rest[:span(rest, func(c byte) bool { return !isDigitOrPoint(c) })]
		rest = rest[len(unit):]
		if !isDecimal(digits) {
			return nil, errors.New("it is not a number with a unit")
		}
		out = append(out, quantity{digits, unit})
	}
	return out, nil
}

// times is the quantity in base units, exactly.
func (q quantity) times(factor int64) *big.Rat {
	n, _ := new(big.Rat).SetString(q.digits) // splitQuantity has checked the digits
	return n.Mul(n, new(big.Rat).SetInt64(factor))
}

func isDigitOrPoint(c byte) bool { return c >= '0' && c <= '9' || c == '.' }

// isDecimal accepts "12" and "1.5", but neither ".5" nor "1." nor "1.2.3".
func isDecimal(s string) bool {
	whole, fraction, hasPoint := strings.Cut(s, ".")
	return whole != "" && (!hasPoint || fraction != "") && !strings.Contains(fraction, ".")
}

// isDecimalText is isDecimal for text of any kind.
func isDecimalText(s string) bool { return span(s, isDigitOrPoint) == len(s) && isDecimal(s) }

// span is the length of the beginning of s whose bytes all satisfy ok.
func span(s string, ok func(byte) bool) int {
	n := 0
	for n < len(s) && ok(s[n]) {
		n++
	}
	return n
}

func unitIndex(units []quantityUnit, name string) int {
	for i, u := range units {
		if u.name == name {
			return i
		}
	}
	return -1
}

// quoted writes what a user gave in quotes, cut if it is long, with control
// characters escaped.
func quoted(text string) string {
	if runes := []rune(text); len(runes) > maxQuantity {
		text = string(runes[:maxQuantity]) + "…"
	}
	return strconv.Quote(text)
}
