package bootconf

import "strings"

// Assignment is one line of a sysctl.d file.
type Assignment struct {
	// Path is the parameter's path under /proc/sys, or a glob over such paths.
	Path  string
	Value string
	// Exclude marks a "-key" line without a value: globs leave that key alone.
	Exclude bool
	// IgnoreFailure marks a "-key = value" line.
	IgnoreFailure bool
	Origin        Origin
}

// IsGlob reports whether the assignment is for every parameter that a pattern matches.
func (a Assignment) IsGlob() bool { return strings.ContainsAny(a.Path, "*?[") }

// ParseSysctl reads a sysctl.d file the way systemd-sysctl does. Lines that
// are no assignment are returned as bad; the others count all the same.
func ParseSysctl(name string, data []byte) (assignments []Assignment, bad []Origin) {
	lines(data, "#;", func(number int, line string) {
		a := Assignment{Origin: Origin{name, number}}
		key, value, assigned := strings.Cut(line, "=")
		dash := strings.HasPrefix(key, "-")
		key = strings.TrimSpace(strings.TrimPrefix(key, "-"))
		a.Path = PathOf(key)
		if (!assigned && !dash) || a.Path == "" {
			bad = append(bad, a.Origin)
			return
		}
		a.Value = strings.TrimSpace(value)
		a.Exclude = !assigned
		a.IgnoreFailure = assigned && dash
		assignments = append(assignments, a)
	})
	return assignments, bad
}
