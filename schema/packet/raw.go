package packet

import (
	"fmt"
	"slices"
	"strings"
)

// maxRaw is the longest argument that iptables-restore reads, 1 023 bytes
// (its buffer of 1 024 holds the final NUL).
const maxRaw = 1023

// baseOptions are options of iptables itself: in a match they would change
// what the rule is instead of what it matches.
var baseOptions = []string{
	"append", "check", "delete", "insert", "replace", "list", "list-rules", "flush", "zero", "new-chain", "delete-chain",
	"rename-chain", "policy", "table", "jump", "goto", "protocol", "proto", "source", "src", "destination", "dst",
	"in-interface", "out-interface", "fragment", "numeric", "verbose", "exact", "modprobe", "set-counters",
	"line-numbers", "wait", "wait-interval", "ipv4", "ipv6", "version", "help", "match",
}

// CheckRaw refuses arguments that are not one or more complete matches:
// "-m", a match's name, its options. What an option means is for iptables
// to say; what must not happen is that the arguments reach outside the match.
func CheckRaw(args []string) error {
	if len(args) < 2 || args[0] != "-m" && args[0] != "--match" {
		return fmt.Errorf(`match must start with "-m" and the name of a match, as in ["-m", "u32", "--u32", "0>>22&0x3C@0>>24=0"]`)
	}
	for i, a := range args {
		if err := CheckText("argument", a, maxRaw); err != nil {
			return err
		}
		if i > 0 && (args[i-1] == "-m" || args[i-1] == "--match") {
			if !isName(a) {
				return fmt.Errorf("%q is not the name of a match", a)
			}
			continue
		}
		if err := checkOption(a); err != nil {
			return err
		}
	}
	return nil
}

func checkOption(a string) error {
	if name, long := strings.CutPrefix(a, "--"); long {
		name, _, _ = strings.Cut(name, "=")
		if name != "match" && slices.Contains(baseOptions, name) {
			return fmt.Errorf("--%s is not an option of a match: it has an attribute of its own, or no place here", name)
		}
		return nil
	}
	if len(a) >= 2 && a[0] == '-' && a != "-m" && !strings.ContainsRune("0123456789", rune(a[1])) {
		return fmt.Errorf("%s is not an option of a match: it has an attribute of its own, or no place here", a)
	}
	return nil
}

func isName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return false
		}
	}
	return s != "" && len(s) < 30 && s[0] != '-'
}
