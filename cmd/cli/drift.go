package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
)

// driftOptions are the flags of drift.
type driftOptions struct {
	request
	view   viewFlags
	ignore []string
}

func newDrift(a *app, run func(context.Context, *driftOptions) error) *cobra.Command {
	o := &driftOptions{}
	o.mode = planner.ModeNormal
	cmd := &cobra.Command{
		Use:   "drift [PATH]",
		Short: "Say whether the host still is as declared",
		Long: "Compares the host with the configuration and exits 0 when they agree, 2 when they\n" +
			"do not, and 1 on an error. Changes nothing; made for cron.",
		Example: "ctplan drift\n" +
			"ctplan drift -summary -ignore=conntrack.edge.log_invalid\n" +
			"ctplan drift -json",
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.path = args[0]
			}
			if err := o.selection.check(); err != nil {
				return err
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runDrift(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	o.view.register(f)
	o.variables.register(f)
	o.selection.register(f)
	f.StringArrayVar(&o.ignore, "ignore", nil, "differences of this attribute do not count; * and ? are wildcards")
	return cmd
}

func runDrift(ctx context.Context, a *app, o *driftOptions) error {
	ctx, _, stop := a.watch(ctx)
	defer stop()
	return a.speak(&o.view, false, func(v view.View) error {
		made, err := a.lookAndPlan(ctx, v, "drift", o.request)
		if err != nil {
			return err
		}
		if err := ignoreDrift(made.plan, o.ignore); err != nil {
			return err
		}
		v.Drift(made.plan, o.view.plan)
		v.Diagnostics(made.warnings)
		v.Diagnostics(view.FromFindings(made.plan.Findings))
		switch {
		case len(view.Drifted(made.plan)) > 0: // also what no apply could mend
			return status(ExitDiffers)
		case len(made.plan.Errors()) > 0:
			return status(ExitError)
		}
		return nil
	})
}

// ignoreDrift takes the differences out of a plan that the command line says
// do not count. A pattern that names no attribute at all is mistyped.
func ignoreDrift(plan *planner.Plan, patterns []string) error {
	for _, pattern := range patterns {
		address, attribute, ok := cutAttribute(pattern)
		if !ok {
			return &usageError{fmt.Sprintf("-ignore=%s is not an address with an attribute, such as conntrack.edge.max.", pattern)}
		}
		found := false
		for i := range plan.Changes {
			c := &plan.Changes[i]
			if !glob(address, c.Address) {
				continue
			}
			for j := range c.Attributes {
				if attr := &c.Attributes[j]; match(attribute, attr.Name) {
					found = true
					attr.Ignored = attr.Ignored || !attr.Same
				}
			}
			settle(c)
		}
		if !found {
			return &failure{summary: "No such attribute", detail: fmt.Sprintf("-ignore=%s matches no attribute in the configuration.", pattern)}
		}
	}
	return nil
}

// settle turns a change of which nothing counts any more into none.
func settle(c *planner.Change) {
	counts := func(a planner.AttributeValue) bool { return !a.Same && !a.Ignored }
	if !slices.ContainsFunc(c.Attributes, counts) {
		c.Action = planner.ActionNoOp
	}
}

// cutAttribute splits "conntrack.edge.max" at the last dot outside of keys.
func cutAttribute(s string) (address, attribute string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || i == len(s)-1 || strings.ContainsAny(s[i:], `"]`) {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}
