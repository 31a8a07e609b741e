package xtables

import (
	"fmt"
	"regexp"
	"strconv"
)

// Version of iptables.
type Version struct{ Major, Minor, Patch int }

// Before reports whether the version is older than another.
func (v Version) Before(major, minor, patch int) bool {
	if v.Major != major {
		return v.Major < major
	}
	if v.Minor != minor {
		return v.Minor < minor
	}
	return v.Patch < patch
}

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// Backend is the kernel interface that an iptables program talks to.
type Backend string

// The two backends. They keep rules apart: a packet passes both.
const (
	NFT    Backend = "nft"    // nf_tables
	Legacy Backend = "legacy" // ip_tables
)

// versionLine is what --version prints: "iptables v1.8.9 (nf_tables)". Up to
// 1.6 there is one backend and nothing in parentheses.
var versionLine = regexp.MustCompile(`^\S+ v(\d+)\.(\d+)(?:\.(\d+))?(?: \(([a-z_]+)\))?`)

// parseVersion reads that line.
func parseVersion(line string) (Version, Backend, error) {
	m := versionLine.FindStringSubmatch(line)
	if m == nil {
		return Version{}, "", fmt.Errorf("%q is not what iptables --version prints", line)
	}
	var v Version
	v.Major, _ = strconv.Atoi(m[1])
	v.Minor, _ = strconv.Atoi(m[2])
	v.Patch, _ = strconv.Atoi(m[3])
	switch m[4] {
	case "nf_tables":
		return v, NFT, nil
	case "legacy", "":
		return v, Legacy, nil
	}
	return v, "", fmt.Errorf("%q names the backend %s, which is not known", line, m[4])
}
