package planner

import (
	"fmt"
	"strconv"
	"strings"
)

// ModuleLoaded is the state of a loaded module. Options for loading it stand
// behind it: "loaded ports=21 loose=0".
const ModuleLoaded = "loaded"

// Loaded is the state of a module that is to be loaded with these options,
// each as modprobe takes it: name=value, or name="two words".
func Loaded(options ...string) *State {
	return Value(strings.Join(append([]string{ModuleLoaded}, options...), " "))
}

// ModuleOptions are the options in the state of a loaded module.
func ModuleOptions(s *State) []string {
	quoted := false
	words := strings.FieldsFunc(s.Data, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	return words[min(1, len(words)):]
}

// Module is the target of a kernel module, by its name in /proc/modules.
func Module(name string) Target { return Target{KindModule, name} }

// Control is the target of a kernel file under /sys, by its absolute path.
func Control(path string) Target { return Target{KindControl, path} }

// DebugSite is one call of a debug print in the kernel. Line numbers belong
// to one build of it, so that the kernel's release is part of the name.
type DebugSite struct {
	Release, Module, File string
	Line                  int
	Function              string
}

// Target is the target of the site.
func (s DebugSite) Target() Target {
	return Target{KindDebug, fmt.Sprintf("%s %s %s:%d %s", s.Release, s.Module, s.File, s.Line, s.Function)}
}

// ParseDebugSite reads the name of a KindDebug target.
func ParseDebugSite(name string) (DebugSite, error) {
	words := strings.Split(name, " ")
	if len(words) == 4 {
		if colon := strings.LastIndexByte(words[2], ':'); colon > 0 {
			line, err := strconv.Atoi(words[2][colon+1:])
			if err == nil && line > 0 {
				return DebugSite{words[0], words[1], words[2][:colon], line, words[3]}, nil
			}
		}
	}
	return DebugSite{}, fmt.Errorf("%q does not name a debug site (RELEASE MODULE FILE:LINE FUNCTION)", name)
}

// Query is the site in the language of dynamic_debug/control, without flags.
func (s DebugSite) Query() string {
	return fmt.Sprintf("module %s file %s line %d func %s", s.Module, s.File, s.Line, s.Function)
}

func siteText(name string) string {
	s, err := ParseDebugSite(name)
	if err != nil {
		return name
	}
	return fmt.Sprintf("%s:%d (%s)", s.File, s.Line, s.Function)
}

// Tracepoint names a kernel event in a tracefs instance. Without an event it
// is the instance itself.
type Tracepoint struct {
	Instance, Group, Event string
}

// Target is the target of the tracepoint.
func (t Tracepoint) Target() Target {
	if t.Event == "" {
		return Target{KindTrace, t.Instance}
	}
	return Target{KindTrace, t.Instance + "/" + t.Group + "/" + t.Event}
}

// ParseTracepoint reads the name of a KindTrace target.
func ParseTracepoint(name string) (Tracepoint, error) {
	words := strings.Split(name, "/")
	for _, w := range words {
		if w == "" || w == "." || w == ".." {
			words = nil
		}
	}
	switch len(words) {
	case 1:
		return Tracepoint{Instance: words[0]}, nil
	case 3:
		return Tracepoint{words[0], words[1], words[2]}, nil
	}
	return Tracepoint{}, fmt.Errorf("%q does not name a tracepoint (INSTANCE/GROUP/EVENT)", name)
}

// traceVerb says what an operation on an instance or a tracepoint does.
func (o Operation) traceVerb() string {
	isEvent := strings.ContainsRune(o.Target.Name, '/')
	switch {
	case isEvent && o.After != nil:
		return "turn on"
	case isEvent:
		return "turn off"
	case o.After != nil:
		return "make"
	}
	return "remove"
}

func traceText(name string) string {
	t, err := ParseTracepoint(name)
	switch {
	case err != nil:
		return name
	case t.Event == "":
		return "trace instance " + t.Instance
	}
	return fmt.Sprintf("tracepoint %s:%s in %s", t.Group, t.Event, t.Instance)
}

// The states of a KindTrace target that is there: an instance, or a
// tracepoint that is on; a filter stands behind ": ".
const (
	TraceOn  = "on"
	TraceOff = "off" // with a filter: without one it is absent
)
