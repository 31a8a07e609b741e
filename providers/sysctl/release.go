package sysctl

import (
	"fmt"
	"strings"
)

// release is a kernel version as far as tables know it.
type release struct{ major, minor int }

// parseRelease reads "6.1", "6.1.0-18-amd64" or "4.18.0-553.el8".
func parseRelease(s string) (release, bool) {
	var r release
	n, _ := fmt.Sscanf(s, "%d.%d", &r.major, &r.minor)
	return r, n == 2
}

func (r release) before(other release) bool {
	return r.major < other.major || r.major == other.major && r.minor < other.minor
}

// isBackporter reports whether a release is of a vendor that brings newer
// code to older version numbers, so that the number proves nothing: RHEL 9's
// 5.14 has the connection tracking of 5.19.
func isBackporter(s string) bool { return strings.Contains(s, ".el") }
