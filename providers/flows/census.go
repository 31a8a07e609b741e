package flows

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/providers/host"
)

// MaxTable is the largest connection table that a plan looks through: reading
// a larger one takes seconds.
const MaxTable = 200_000

// Table is the connection table at one moment, as a plan looks at it.
type Table struct {
	// Flows are all entries; none where nothing is tracked.
	Flows []host.Flow
	// Unread says why the table was not read, or is nil.
	Unread error
}

// TooLargeError says that a table has too many entries to look through.
type TooLargeError struct{ Entries int }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the table has %d entries, and a plan looks through at most %d", e.Entries, MaxTable)
}

// ReadTable reads the connection table once, for many questions. What goes
// wrong is kept: a plan can be made without it.
func ReadTable(ctx context.Context, h host.Host) Table {
	if n := entries(ctx, h); n > MaxTable {
		return Table{Unread: &TooLargeError{n}}
	}
	var t Table
	t.Unread = h.Flows(ctx, func(f host.Flow) host.FlowVerdict {
		t.Flows = append(t.Flows, f)
		return host.KeepFlow
	})
	return t
}

// entries is the kernel's own count, which costs nothing to read.
func entries(ctx context.Context, h host.Host) int {
	f, err := h.ReadFile(ctx, "/proc/sys/net/netfilter/nf_conntrack_count")
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(f.Data)))
	return n
}

// Note says in a plan how many flows some rules are about, and what becomes
// of them. Exact is false where the rules have conditions that the table does
// not show: then fewer may be concerned.
func (t Table) Note(hit int, exact, evict bool) string {
	if t.Unread != nil {
		return "tracked flows that match now: unknown (" + t.Unread.Error() + ")"
	}
	most, after := "", ""
	if !exact && hit > 0 {
		most = "at most "
	}
	switch {
	case hit == 0:
	case evict:
		after = "; evict deletes them after the rules are in"
	default:
		after = "; they stay until they time out (evict = true deletes them)"
	}
	return fmt.Sprintf("%s%d of %s now%s", most, hit, plural(len(t.Flows)), after)
}

func plural(n int) string {
	if n == 1 {
		return "1 tracked flow matches"
	}
	return fmt.Sprintf("%d tracked flows match", n)
}

// Census counts flows by protocol, and by protocol and state; protocols
// without states are in the first map only.
func (t Table) Census(name func(protocol uint8) string) (protocols map[string]int, states map[string]map[string]int) {
	protocols, states = map[string]int{}, map[string]map[string]int{}
	for _, f := range t.Flows {
		p := name(f.Protocol)
		protocols[p]++
		if f.State == "" {
			continue
		}
		if states[p] == nil {
			states[p] = map[string]int{}
		}
		states[p][f.State]++
	}
	return protocols, states
}
