package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// DefaultInstance is the tracefs instance of tracepoint blocks.
const DefaultInstance = "ctplan"

// tracepointTable is the table of tracepoint blocks.
var tracepointTable = BlockType{
	Name:    "tracepoint",
	Summary: "Kernel events that are recorded, such as TCP resets and retransmissions.",
	Description: "Events are recorded in an instance of tracefs with a buffer of its own, so that nobody else's tracing is disturbed. `ctplan trace` follows it and prints who sent what to whom.\n\n" +
		"Events are those of the whole machine, of all network namespaces. They are off after a boot.",
	Attributes: []Attribute{
		{Name: "events", Type: TypeStringList, Required: true, Convert: listValue(eventNames),
			Description: "Events, each as `group:name`: `\"tcp:tcp_send_reset\"`, `\"tcp:tcp_receive_reset\"`, `\"tcp:tcp_retransmit_skb\"`, `\"sock:inet_sock_set_state\"` and all others that the kernel has."},
		{Name: "filter", Type: TypeString, Convert: oneValue(eventFilter),
			Description: "Record only events for which this holds: an expression over the event's fields, `\"sport == 8182 || dport == 8182\"`. Fields differ between events and kernels; the plan checks them. Symbolic values are filtered as numbers."},
		{Name: "instance", Type: TypeString, Default: `"` + DefaultInstance + `"`, Convert: oneValue(traceInstance),
			Description: "Name of the tracefs instance. It is made if need be, and removed again with the last block that uses it."},
	},
	Example: `tracepoint "resets" {
  events = ["tcp:tcp_send_reset", "tcp:tcp_receive_reset", "tcp:tcp_retransmit_skb"]
}
`,
}

func eventNames(in []string) ([]string, error) {
	for i, s := range in {
		at := cty.Path{cty.IndexStep{Key: cty.NumberIntVal(int64(i))}}
		group, name, ok := strings.Cut(s, ":")
		switch {
		case !ok:
			return nil, at.NewErrorf("%s is not an event: write group:name, as in \"tcp:tcp_send_reset\"", quoted(s))
		case !isEventWord(group) || !isEventWord(name):
			return nil, at.NewErrorf("%s is not the name of an event: letters, digits, dashes and underscores are possible", quoted(s))
		case slices.Contains(in[:i], s):
			return nil, at.NewErrorf("%s is listed twice", s)
		}
	}
	if len(in) == 0 {
		return nil, fmt.Errorf("the list is empty")
	}
	return in, nil
}

func isEventWord(s string) bool {
	return len(s) <= 100 && !strings.HasPrefix(s, "-") && isModuleWord(strings.ReplaceAll(s, "-", "_"))
}

func traceInstance(s string) (string, error) {
	if !isEventWord(s) || len(s) > 64 {
		return "", fmt.Errorf("%s is not the name of an instance: 1 to 64 letters, digits, dashes and underscores", quoted(s))
	}
	return s, nil
}

// eventFilter checks what the kernel would not: it takes one line.
func eventFilter(s string) (string, error) {
	s = strings.TrimSpace(s)
	for _, r := range s {
		if r < ' ' || r > '~' {
			return "", fmt.Errorf("the filter holds a character that is not printable ASCII")
		}
	}
	switch {
	case s == "" || s == "0" || s == "none":
		return "", fmt.Errorf("%s is no filter: leave the attribute out", quoted(s))
	case len(s) > 1000:
		return "", fmt.Errorf("the filter has %d bytes, and 1000 are the most", len(s))
	}
	return s, nil
}
