package schema

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// durationUnits in the order in which they may follow each other.
var durationUnits = []quantityUnit{
	{"w", 7 * 24 * 3600},
	{"d", 24 * 3600},
	{"h", 3600},
	{"m", 60},
	{"s", 1},
}

const durationForms = `Write a number of seconds, or a number and a unit: "90s", "15m", "1h", "5d", "2w" or "1h30m".`

// ParseDuration reads "90s", "1.5h", "5d" or "1h30m" as a number of seconds.
// A bare number is seconds already. Units go from large to small, and the sum
// is whole: the kernel's timeouts have no fractions. The error is of type
// *Invalid.
func ParseDuration(text string) (int64, error) {
	invalid := func(format string, args ...any) (int64, error) {
		return 0, &Invalid{Summary: "Invalid duration", Detail: fmt.Sprintf(format, args...)}
	}
	terms, err := splitQuantity(text)
	if err != nil {
		return invalid("%s is not a duration: %v. %s", quoted(text), err, durationForms)
	}
	sum := new(big.Rat)
	for next := 0; len(terms) > 0; terms = terms[1:] {
		t := terms[0]
		if t.unit == "" && next == 0 && len(terms) == 1 {
			t.unit = "s"
		}
		at := unitIndex(durationUnits, t.unit)
		switch {
		case t.unit == "":
			return invalid("%s is not a duration: %s has no unit. %s", quoted(text), t.digits, durationForms)
		case at < 0:
			return invalid("%s is not a duration: there is no unit %s%s. %s", quoted(text), quoted(t.unit), unitHint(t.unit), durationForms)
		case at < next:
			return invalid("%s is not a duration: units go from large to small, each once. %s", quoted(text), durationForms)
		}
		next = at + 1
		sum.Add(sum, t.times(durationUnits[at].factor))
	}
	if !sum.IsInt() {
		return invalid("%s is not a whole number of seconds, and the kernel counts whole seconds. %s", quoted(text), durationForms)
	}
	if !sum.Num().IsInt64() {
		return invalid("%s is longer than any timeout can be.", quoted(text))
	}
	return sum.Num().Int64(), nil
}

// unitHint names the unit that was probably meant.
func unitHint(unit string) string {
	switch unit {
	case "ms", "us", "ns":
		return ", since the kernel counts whole seconds"
	case "sec", "secs", "second", "seconds", "S":
		return ` (seconds are "s")`
	case "min", "mins", "minute", "minutes":
		return ` (minutes are "m")`
	case "M", "mo", "month", "months":
		return ` (minutes are "m"; months differ in length, so count days)`
	case "hr", "hrs", "hour", "hours", "H":
		return ` (hours are "h")`
	case "D", "day", "days":
		return ` (days are "d")`
	case "W", "week", "weeks":
		return ` (weeks are "w")`
	case "y", "Y", "year", "years":
		return " (years differ in length, so count days)"
	}
	if unitIndex(sizeUnits, unit) >= 0 {
		return " (that is a unit of sizes)"
	}
	return ""
}

// FormatDuration writes seconds as people do: in the largest unit that
// divides them ("5d", "90s").
func FormatDuration(seconds int64) string {
	for _, u := range durationUnits {
		if seconds != 0 && seconds%u.factor == 0 && u.name != "w" {
			return strconv.FormatInt(seconds/u.factor, 10) + u.name
		}
	}
	return strconv.FormatInt(seconds, 10) + "s"
}

// spelled writes seconds in full, "24d20h31m23s", for bounds in messages.
func spelled(seconds int64) string {
	if seconds < 0 {
		return strconv.FormatInt(seconds, 10) + "s"
	}
	var b strings.Builder
	for _, u := range durationUnits[1:] {
		if n := seconds / u.factor; n > 0 {
			b.WriteString(strconv.FormatInt(n, 10) + u.name)
			seconds %= u.factor
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}
