package xtables

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// Kind is the kind of the targets that this package reads and writes.
const Kind = planner.KindRules

// Target is one table of one family in one backend. Its state is the text of
// ctplan's part of it, as package ruleset writes it.
type Target struct {
	Backend Backend
	Family  packet.Family
	Table   string
}

// String is the target's name in plans: "nft/ipv4/raw".
func (t Target) String() string {
	return string(t.Backend) + "/" + string(t.Family) + "/" + t.Table
}

// Planner is the target as planner and apply know it.
func (t Target) Planner() planner.Target {
	return planner.Target{Kind: planner.KindRules, Name: t.String()}
}

// ParseTarget reads String's form.
func ParseTarget(name string) (Target, error) {
	parts := strings.Split(name, "/")
	if len(parts) == 3 {
		t := Target{Backend(parts[0]), packet.Family(parts[1]), parts[2]}
		if (t.Backend == NFT || t.Backend == Legacy) && slices.Contains(packet.Families, t.Family) && schema.HooksOf[t.Table] != nil {
			return t, nil
		}
	}
	return Target{}, fmt.Errorf("%q is not a packet filter table: a name is like nft/ipv4/raw", name)
}
