package planner

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/ctplan/ctplan/planner/ruleset"
)

// Kind names the sort of thing that an operation changes. The set is closed:
// planner/apply knows how to read and write each of them.
type Kind string

const (
	// KindSysctl is a kernel parameter; the name is its key with slashes,
	// relative to /proc/sys ("net/netfilter/nf_conntrack_max"), since
	// interface names in keys may hold dots.
	KindSysctl Kind = "sysctl"
	// KindFile is a regular file; the name is its absolute path.
	KindFile Kind = "file"
	// KindModule is a kernel module; the name is as /proc/modules writes it.
	// A module that is not loaded is absent. What a loaded one holds is
	// ModuleLoaded, with the options that it is to be loaded with behind it.
	KindModule Kind = "module"
	// KindControl is a kernel file that holds one value, such as a module's
	// parameter; the name is its absolute path under /sys.
	KindControl Kind = "control"
	// KindDebug is a place in the kernel that can print debug messages; see
	// DebugSite for the name. It holds its flags, sorted, or "_" for none.
	KindDebug Kind = "debug"
	// KindTrace is a tracefs instance, by its name, or a tracepoint in one;
	// see Tracepoint. An instance is there or absent, and so is a tracepoint
	// that is off and has no filter.
	KindTrace Kind = "trace"
	// KindFlows is tracked flows that are to be deleted; see Flows.
	KindFlows Kind = "flows"
	// KindRules is ctplan's part of one table of the packet filter: its chains,
	// the rules in them and the jumps to them. The name is the backend, family
	// and table ("nft/ipv4/raw"), the state the text of package ruleset.
	KindRules Kind = "rules"
)

// Fleeting reports whether the kernel makes and removes targets of this kind
// by itself, as modules come and go: they can be written while they exist,
// but neither created nor removed.
func (k Kind) Fleeting() bool { return k == KindSysctl || k == KindControl || k == KindDebug }

// shared reports whether several resources can want the same target, as long
// as they want the same of it.
func (k Kind) shared() bool { return k == KindModule || k == KindTrace || k == KindFlows }

// Lines reports whether targets of this kind hold lines of text, which a
// message of one sentence cannot show.
func (k Kind) Lines() bool { return k == KindFile || k == KindRules }

// Target names one thing on the host that has a state of its own.
type Target struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"`
}

// Sysctl is the target of a kernel parameter, by its slash-separated key.
func Sysctl(key string) Target { return Target{KindSysctl, key} }

// FileTarget is the target of a regular file, by its absolute path.
func FileTarget(path string) Target { return Target{KindFile, path} }

// String is the target as people write it: a dotted key, or a path.
func (t Target) String() string {
	switch t.Kind {
	case KindSysctl:
		return SysctlKey(t.Name)
	case KindModule:
		return "module " + t.Name
	case KindDebug:
		return "debug site " + siteText(t.Name)
	case KindTrace:
		return traceText(t.Name)
	case KindFlows:
		return flowsText(t.Name)
	case KindRules:
		return rulesName(t.Name)
	}
	return t.Name
}

// SysctlKey writes a slash-separated key as sysctl(8) prints it: slashes and
// dots trade places, so that the dot of an interface name stays unambiguous.
func SysctlKey(path string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '/':
			return '.'
		case '.':
			return '/'
		}
		return r
	}, path)
}

// State is what a target holds. A nil *State means that it does not exist.
type State struct {
	// Data is a file's content, or a kernel parameter's value as the kernel
	// prints it, without the final newline.
	Data string
	// Mode, UID and GID apply to files.
	Mode     fs.FileMode
	UID, GID int
}

// Value is the state of a kernel parameter.
func Value(data string) *State { return &State{Data: data} }

// Content is the state of a file of root's that everybody may read.
func Content(data string) *State { return &State{Data: data, Mode: 0o644} }

// Same reports whether two states of a target of this kind are
// indistinguishable. The kernel separates the fields of a multi-valued
// parameter by tabs where people write blanks.
func (k Kind) Same(a, b *State) bool {
	if k == KindRules {
		return ruleset.Same(rulesText(a), rulesText(b))
	}
	if a == nil || b == nil {
		return a == b
	}
	if k == KindFlows {
		return true // their number changes from moment to moment
	}
	if k == KindModule {
		return true // options count when a module is loaded, and cannot all be read back
	}
	if k == KindSysctl || k == KindControl {
		return strings.Join(strings.Fields(a.Data), " ") == strings.Join(strings.Fields(b.Data), " ")
	}
	return *a == *b
}

type stateJSON struct {
	Data   *string `json:"data,omitempty"`
	Base64 string  `json:"data_base64,omitempty"`
	Mode   string  `json:"mode,omitempty"`
	UID    int     `json:"uid,omitempty"`
	GID    int     `json:"gid,omitempty"`
}

// MarshalJSON keeps text readable and everything else exact: bytes that are
// not UTF-8 would be mangled in a JSON string and go in as base64.
func (s State) MarshalJSON() ([]byte, error) {
	j := stateJSON{UID: s.UID, GID: s.GID}
	if s.Mode != 0 {
		j.Mode = fmt.Sprintf("%04o", s.Mode)
	}
	if utf8.ValidString(s.Data) {
		j.Data = &s.Data
	} else {
		j.Base64 = base64.StdEncoding.EncodeToString([]byte(s.Data))
	}
	return json.Marshal(j)
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (s *State) UnmarshalJSON(b []byte) error {
	var j stateJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*s = State{UID: j.UID, GID: j.GID}
	if j.Mode != "" {
		if _, err := fmt.Sscanf(j.Mode, "%o", &s.Mode); err != nil || s.Mode != s.Mode.Perm() {
			return fmt.Errorf("mode %q is not an octal permission", j.Mode)
		}
	}
	switch {
	case j.Data != nil && j.Base64 != "":
		return fmt.Errorf("both data and data_base64 are given")
	case j.Data != nil:
		s.Data = *j.Data
	default:
		data, err := base64.StdEncoding.DecodeString(j.Base64)
		if err != nil {
			return fmt.Errorf("data_base64: %w", err)
		}
		s.Data = string(data)
	}
	return nil
}
