package sysctl

import (
	"fmt"
	"strconv"
)

// binary writes a number of bytes with three digits or so: "402 MiB", "23.4 GiB".
func binary(n int64) string {
	value, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, next
	}
	if unit == "B" || value >= 100 {
		return fmt.Sprintf("%.0f %s", value, unit)
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}

// thousands writes a number with commas: "1,048,576".
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	start := len(digits) % 3
	if n < 0 {
		return "-" + thousands(-n)
	}
	out := digits[:start]
	for i := start; i < len(digits); i += 3 {
		if out != "" {
			out += ","
		}
		out += digits[i : i+3]
	}
	return out
}
