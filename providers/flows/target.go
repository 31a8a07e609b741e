package flows

import (
	"context"
	"fmt"
	"strconv"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

// Setting is the wish that no flow of a family that one of the matches is
// about stays in the table. A provider proposes it only while the rules that
// keep such flows from coming back are about to change: in an unchanged host
// there is nothing to want. No matches are no wish.
func Setting(family packet.Family, matches []packet.Match) planner.Setting {
	return planner.Setting{
		Layer:        planner.Runtime,
		Target:       planner.Flows(family, matches),
		Phase:        planner.PhaseEvict,
		Attribute:    "evict",
		Irreversible: "evicted entries are not restored",
	}
}

// Read counts the flows of a KindFlows target; nil where there are none.
func Read(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	family, matches, err := packet.ParseFlowText(name)
	if err != nil {
		return nil, err
	}
	n := 0
	err = h.Flows(ctx, func(f host.Flow) host.FlowVerdict {
		if MatchesAny(family, matches, f) {
			n++
		}
		return host.KeepFlow
	})
	if err != nil || n == 0 {
		return nil, err
	}
	return planner.Value(strconv.Itoa(n)), nil
}

// attempts is how often flows are deleted anew because more came meanwhile: a
// packet that was on its way through the kernel when the rules were put in
// place makes one last entry.
const attempts = 3

// Write deletes the flows of a KindFlows target. They cannot be made.
func Write(ctx context.Context, h host.Host, name string, _, to *planner.State) error {
	if to != nil {
		return fmt.Errorf("%s: %w", planner.Target{Kind: planner.KindFlows, Name: name}, ErrGone)
	}
	family, matches, err := packet.ParseFlowText(name)
	if err != nil {
		return err
	}
	for range attempts {
		found := false
		err := h.Flows(ctx, func(f host.Flow) host.FlowVerdict {
			hit := MatchesAny(family, matches, f)
			found = found || hit
			return host.FlowVerdict(hit)
		})
		if err != nil || !found {
			return err
		}
	}
	return nil // reading back decides
}

// ErrGone says that deleted flows were to be brought back.
var ErrGone = fmt.Errorf("evicted entries are not restored")
