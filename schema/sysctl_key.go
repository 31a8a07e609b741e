package schema

import (
	"errors"
	"fmt"
	"strings"
)

// SysctlKey is the name of a kernel parameter, taken apart. The zero value
// names nothing.
type SysctlKey struct{ elements []string }

// ParseSysctlKey reads a kernel parameter's name as people write it. The
// first separator decides, as for sysctl(8): after a slash, dots belong to
// names ("net/ipv4/conf/eth0.100/rp_filter"); after a dot, slashes stand for
// the dots in names ("net.ipv4.conf.eth0/100.rp_filter"). Beyond that, an
// interface's dots are recognised where they can mean nothing else
// ("net.ipv4.conf.eth0.100.rp_filter"). The error is of type *Invalid.
func ParseSysctlKey(text string) (SysctlKey, error) {
	elements := splitKey(text)
	if err := checkKey(text, elements); err != nil {
		return SysctlKey{}, &Invalid{
			Summary: "Invalid kernel parameter",
			Detail:  fmt.Sprintf("%s cannot be the name of a kernel parameter: %v. Write it as sysctl -a prints it, like \"net.ipv4.ip_forward\".", quoted(text), err),
		}
	}
	return SysctlKey{elements}, nil
}

// Path is the parameter's file, relative to /proc/sys.
func (k SysctlKey) Path() string { return strings.Join(k.elements, "/") }

// String is the name as sysctl(8) prints it.
func (k SysctlKey) String() string {
	dotted := make([]string, len(k.elements))
	for i, e := range k.elements {
		dotted[i] = strings.ReplaceAll(e, ".", "/")
	}
	return strings.Join(dotted, ".")
}

func splitKey(text string) []string {
	first := strings.IndexAny(text, "/.")
	if first < 0 || text[first] == '/' {
		return strings.Split(text, "/")
	}
	elements := strings.Split(text, ".")
	for i, e := range elements {
		elements[i] = strings.ReplaceAll(e, "/", ".")
	}
	return joinInterface(elements)
}

// joinInterface puts the name of an interface together again that was split
// at its dots.
func joinInterface(elements []string) []string {
	if !tooDeepForInterface(elements) {
		return elements
	}
	last := len(elements) - 1
	return []string{elements[0], elements[1], elements[2], strings.Join(elements[3:last], "."), elements[last]}
}

// tooDeepForInterface reports whether a key is longer than a parameter of an
// interface: one level of interfaces, and one of parameters. Source: kernel,
// Documentation/networking/ip-sysctl.rst.
func tooDeepForInterface(elements []string) bool {
	if len(elements) <= 5 || elements[0] != "net" {
		return false
	}
	switch elements[1] + "/" + elements[2] {
	case "ipv4/conf", "ipv4/neigh", "ipv6/conf", "ipv6/neigh", "mpls/conf":
		return true
	}
	return false
}

// maxKey bounds the length of a name, in bytes.
const maxKey = 512

func checkKey(text string, elements []string) error {
	switch {
	case text == "":
		return errors.New("it is empty")
	case len(text) > maxKey:
		return errors.New("it is too long")
	case strings.HasPrefix(text, "/proc/sys/"):
		return errors.New("leave out /proc/sys/ at its beginning")
	case strings.HasPrefix(text, "-"):
		return errors.New("a minus at its beginning would make sysctl ignore errors")
	case tooDeepForInterface(elements):
		return errors.New("there is nothing below an interface's parameters")
	case len(elements) < 2:
		return errors.New("it has no dot, and every parameter is in a directory")
	}
	for _, e := range elements {
		if e == "" || e == "." || e == ".." {
			return errors.New("a part of it is empty or names a directory")
		}
		for _, c := range e {
			if !isKeyCharacter(c) {
				return fmt.Errorf("it holds %s", quoted(string(c)))
			}
		}
	}
	return nil
}

// isKeyCharacter admits what parameters and interfaces are named with, and
// nothing that would mean something else in a file under sysctl.d.
func isKeyCharacter(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_-.:@+", c)
}
