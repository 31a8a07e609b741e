package cli

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema"
)

// showRules lists the packet filter rules that ctplan has on the host, with
// their counters. It reads the tables that the state says it has rules in.
func showRules(ctx context.Context, a *app, asJSON bool) error {
	h, err := a.openHost()
	if err != nil {
		return err
	}
	defer h.Close()
	now, err := a.readShared(ctx, "show")
	if err != nil {
		return err
	}
	facts, err := h.Facts(ctx)
	if err != nil {
		return err
	}
	if err := sameNetns(now, facts); err != nil {
		return err
	}
	var rules []view.OwnRule
	resources := ruleTags(now.Managed)
	for _, t := range ruleTargets(now.Managed) {
		live, err := apply.Read(ctx, h, t)
		if err != nil {
			return err
		}
		if live == nil {
			continue
		}
		part, err := ruleset.ParsePart(live.Data)
		if err != nil {
			return err
		}
		where := strings.SplitN(t.Name, "/", 3)
		for hook, r := range part.Rules() {
			rules = append(rules, view.OwnRule{
				Address: resources.of(ruleset.Comment(r.Body)), Backend: where[0], Family: where[1], Table: where[2],
				Chain: hook, Packets: r.Counters.Packets, Bytes: r.Counters.Bytes, Rule: r.Body,
			})
		}
	}
	out := a.stdout()
	if asJSON {
		view.RulesJSON(out, rules)
	} else {
		view.RulesText(out, rules)
	}
	return writeError("standard output", out.Err())
}

// ruleTargets are the tables that ctplan has rules in, in order.
func ruleTargets(owned planner.Managed) []planner.Target {
	found := map[string]planner.Target{}
	for _, r := range owned.Resources {
		for _, s := range r.Settings {
			if s.Target.Kind == planner.KindRules {
				found[s.Target.ID()] = s.Target
			}
		}
	}
	var out []planner.Target
	for _, id := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[id])
	}
	return out
}

// addresses finds resources by the tags in their rules' comments.
type addresses map[string]string

func ruleTags(owned planner.Managed) addresses {
	out := addresses{}
	for address := range owned.Resources {
		out[schema.RuleTag(address)] = address
	}
	return out
}

// of is the resource of a rule with that comment: the tag, and what else the
// comment says behind a blank. Tags may have blanks themselves.
func (a addresses) of(comment string) string {
	for end := len(comment); end > 0; end = strings.LastIndexByte(comment[:end], ' ') {
		if address, ok := a[comment[:end]]; ok {
			return address
		}
	}
	return ""
}
