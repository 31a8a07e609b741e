package schema

import (
	"fmt"
	"strconv"
)

// sizeUnits are the units of sizes, with their number of bytes.
var sizeUnits = []quantityUnit{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3},
	{"B", 1},
}

const sizeForms = `Write a number of bytes, or a number and a unit: "512KiB", "64MiB", "1GiB" (powers of 1024), "64MB", "1GB" (powers of 1000).`

// ParseSize reads "64MiB", "1.5GiB" or "64MB" as a number of bytes. A bare
// number is bytes already. "64M" is refused: programs disagree on whether it
// is 64 × 1024² or 64 × 1000². The error is of type *Invalid.
func ParseSize(text string) (int64, error) {
	invalid := func(format string, args ...any) (int64, error) {
		return 0, &Invalid{Summary: "Invalid size", Detail: fmt.Sprintf(format, args...)}
	}
	terms, err := splitQuantity(text)
	if err == nil && len(terms) > 1 {
		err = fmt.Errorf("it has more than one number")
	}
	if err != nil {
		return invalid("%s is not a size: %v. %s", quoted(text), err, sizeForms)
	}
	t := terms[0]
	if t.unit == "" {
		t.unit = "B"
	}
	at := unitIndex(sizeUnits, t.unit)
	if at < 0 {
		return invalid("%s is not a size: there is no unit %s%s. %s", quoted(text), quoted(t.unit), sizeHint(t), sizeForms)
	}
	bytes := t.times(sizeUnits[at].factor)
	if !bytes.IsInt() {
		return invalid("%s is not a whole number of bytes. %s", quoted(text), sizeForms)
	}
	if !bytes.Num().IsInt64() {
		return invalid("%s is more than any machine has.", quoted(text))
	}
	return bytes.Num().Int64(), nil
}

// sizeHint says what to write instead of a unit that is ambiguous or foreign.
func sizeHint(t quantity) string {
	switch t.unit {
	case "k", "K", "M", "G", "T":
		return fmt.Sprintf(" alone: %s%siB counts in steps of 1024, %s%sB in steps of 1000", t.digits, capital(t.unit), t.digits, t.unit)
	}
	if unitIndex(durationUnits, t.unit) >= 0 {
		return " (that is a unit of durations)"
	}
	return ""
}

// FormatSize writes bytes in the largest binary unit that divides them
// ("64MiB"), or as a bare number.
func FormatSize(bytes int64) string {
	for _, u := range sizeUnits[:4] {
		if bytes != 0 && bytes%u.factor == 0 {
			return strconv.FormatInt(bytes/u.factor, 10) + u.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}
