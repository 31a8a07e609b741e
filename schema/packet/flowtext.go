package packet

import (
	"fmt"
	"slices"
	"strings"
)

// anyFlow stands for a match without a condition that a flow shows.
const anyFlow = "any"

// FlowText writes which flows of the connection table some matches are about,
// as one line that ParseFlowText reads: "ipv4 protocol=udp dport=53; any".
// Only conditions that an entry of the table shows are in it (see
// ShownByFlow), and each match once.
func FlowText(family Family, matches []Match) string {
	var out []string
	for i := range matches {
		if text := flowMatch(&matches[i]); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return string(family) + " " + strings.Join(out, "; ")
}

func flowMatch(m *Match) string {
	var out []string
	add := func(name string, value fmt.Stringer) { out = append(out, name+"="+value.String()) }
	if m.Protocol != nil {
		add("protocol", m.Protocol)
	}
	if m.Source != nil {
		add("source", m.Source)
	}
	if m.Destination != nil {
		add("destination", m.Destination)
	}
	if m.SrcRange != nil {
		add("src_range", m.SrcRange)
	}
	if m.DstRange != nil {
		add("dst_range", m.DstRange)
	}
	if m.Sport != nil {
		out = append(out, "sport="+strings.Join(m.Sport.Strings(), ","))
	}
	if m.Dport != nil {
		out = append(out, "dport="+strings.Join(m.Dport.Strings(), ","))
	}
	if len(out) == 0 {
		return anyFlow
	}
	return strings.Join(out, " ")
}

// ShownByFlow reports whether an entry of the connection table shows all
// conditions of a match. Where it does not, FlowText is about more flows
// than the match.
func ShownByFlow(m *Match) bool {
	rest := *m
	rest.Protocol, rest.Source, rest.Destination = nil, nil, nil
	rest.SrcRange, rest.DstRange, rest.Sport, rest.Dport = nil, nil, nil, nil
	return rest.In == nil && rest.Out == nil && rest.ICMP == nil && rest.Flags == nil && rest.State == nil &&
		rest.Mark == nil && rest.MAC == nil && rest.UID == nil && rest.GID == nil && rest.SrcType == nil &&
		rest.DstType == nil && rest.Length == nil && rest.TTL == nil && rest.PacketType == nil &&
		rest.Set == nil && len(rest.Raw) == 0
}

// ParseFlowText reads what FlowText wrote.
func ParseFlowText(text string) (Family, []Match, error) {
	word, rest, _ := strings.Cut(text, " ")
	family := Family(word)
	if !slices.Contains(Families, family) {
		return "", nil, fmt.Errorf("%q does not say which flows: it begins with no family", text)
	}
	var out []Match
	for _, one := range strings.Split(rest, "; ") {
		m, err := parseFlowMatch(one)
		if err != nil {
			return "", nil, fmt.Errorf("%q does not say which flows: %w", text, err)
		}
		out = append(out, m)
	}
	return family, out, nil
}

func parseFlowMatch(text string) (m Match, err error) {
	if text == anyFlow {
		return m, nil
	}
	for _, word := range strings.Split(text, " ") {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "protocol":
			m.Protocol, err = parsed(ParseProtocol(value))
		case "source":
			m.Source, err = parsed(ParseAddress(value))
		case "destination":
			m.Destination, err = parsed(ParseAddress(value))
		case "src_range":
			m.SrcRange, err = parsed(ParseAddressRange(value))
		case "dst_range":
			m.DstRange, err = parsed(ParseAddressRange(value))
		case "sport":
			m.Sport, err = parsed(ParsePorts(strings.Split(value, ",")))
		case "dport":
			m.Dport, err = parsed(ParsePorts(strings.Split(value, ",")))
		default:
			err = fmt.Errorf("%q is no condition on a flow", word)
		}
		if err != nil {
			return Match{}, err
		}
	}
	return m, nil
}

func parsed[T any](v T, err error) (*T, error) { return &v, err }
