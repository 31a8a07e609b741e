package view

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// literal writes a value as HCL would.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return quote(v)
	case json.Number:
		return v.String()
	case float64: // what encoding/json makes of every number
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = literal(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		return object(v)
	default:
		return clean(fmt.Sprint(v))
	}
}

func object(m map[string]any) string {
	items := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if m[k] == nil {
			continue // not set
		}
		name := k
		if !hclsyntax.ValidIdentifier(k) {
			name = quote(k)
		}
		items = append(items, name+" = "+literal(m[k]))
	}
	if len(items) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(items, ", ") + " }"
}

// quote writes a string as a quoted HCL template without interpolation.
func quote(s string) string {
	s = strings.NewReplacer(
		`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`,
		"${", "$${", "%{", "%%{",
	).Replace(s)
	return `"` + clean(s) + `"`
}

// amount is a whole number in any of the shapes that a plan's values come in.
func amount(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case float64:
		return int64(v), v == float64(int64(v))
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	}
	return 0, false
}

// inUnit writes an amount in the largest units that keep it exact ("1h30m",
// "64MiB"), or "" where the bare number says it better.
func inUnit(v any, unit string) string {
	n, ok := amount(v)
	if !ok {
		return ""
	}
	switch unit {
	case "seconds":
		return duration(n)
	case "bytes":
		return size(n)
	}
	return ""
}

// duration writes seconds as the language reads them; at most two units, or
// nothing.
func duration(seconds int64) string {
	if seconds < 60 {
		return ""
	}
	var parts []string
	for _, u := range []struct {
		name    string
		seconds int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := seconds / u.seconds; n > 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+u.name)
			seconds -= n * u.seconds
		}
	}
	if len(parts) > 2 {
		return ""
	}
	return strings.Join(parts, "")
}

// size writes bytes in binary units.
func size(bytes int64) string {
	unit := ""
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if bytes < 1024 || bytes%1024 != 0 {
			break
		}
		bytes, unit = bytes/1024, u
	}
	if unit == "" {
		return ""
	}
	return strconv.FormatInt(bytes, 10) + unit
}
