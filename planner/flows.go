package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/schema/packet"
)

// Flows is the target of the tracked flows of a family that some matches are
// about. Its state is their number; it is absent where there are none.
//
// Flows are no setting: they come by themselves, can be deleted and not be
// brought back. A plan can want them absent, and that is all: nothing of them
// is owned, remembered as an original, or undone.
func Flows(family packet.Family, matches []packet.Match) Target {
	return Target{KindFlows, packet.FlowText(family, matches)}
}

// maxFlowText bounds how much of a long list of matches a message shows.
const maxFlowText = 120

func flowsText(name string) string {
	if len(name) > maxFlowText {
		name = fmt.Sprintf("%s ... (%d conditions)", name[:maxFlowText], strings.Count(name, "; ")+1)
	}
	return "tracked flows (" + name + ")"
}

// withoutFlows leaves out what cannot be owned.
func withoutFlows(settings []Setting) []Setting {
	isFlows := func(s Setting) bool { return s.Target.Kind == KindFlows }
	if !slices.ContainsFunc(settings, isFlows) {
		return settings
	}
	return slices.DeleteFunc(slices.Clone(settings), isFlows)
}

// flowsShell is the deletion as conntrack(8) can do it: an entry is found by
// single ports and prefixes, in either direction.
func (o Operation) flowsShell() []string {
	family, matches, err := packet.ParseFlowText(o.Target.Name)
	if err != nil {
		return nil
	}
	var out []string
	for i := range matches {
		argv, ok := conntrackArgs(&matches[i])
		if !ok {
			out = append(out, "# no conntrack(8) command finds: "+strings.TrimPrefix(packet.FlowText(family, matches[i:i+1]), string(family)+" "))
			continue
		}
		out = append(out, strings.Join(append([]string{"conntrack -D -f " + string(family)}, argv...), " "))
	}
	return out
}

func conntrackArgs(m *packet.Match) ([]string, bool) {
	var out []string
	ok := m.SrcRange == nil && m.DstRange == nil
	add := func(option, value string, not bool) {
		out = append(out, option, quote(value))
		ok = ok && !not
	}
	if m.Protocol != nil {
		add("-p", m.Protocol.Name(), m.Protocol.Not)
	}
	if m.Source != nil {
		add("--orig-src", m.Source.Prefix.String(), m.Source.Not)
	}
	if m.Destination != nil {
		add("--orig-dst", m.Destination.Prefix.String(), m.Destination.Not)
	}
	for _, end := range []struct {
		option string
		ports  *packet.Ports
	}{{"--orig-port-src", m.Sport}, {"--orig-port-dst", m.Dport}} {
		if p := end.ports; p != nil {
			add(end.option, p.String(), p.Not || len(p.Ranges) != 1 || p.Ranges[0].Lo != p.Ranges[0].Hi)
		}
	}
	return out, ok
}
