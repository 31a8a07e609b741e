package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/state"
)

// stateOptions are the arguments of the state commands.
type stateOptions struct {
	patterns []string
}

func newState(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "state",
		Short: "List, show or forget what ctplan owns",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	cmd.AddCommand(newStateList(a, nil), newStateShow(a, nil), newStateRm(a, nil))
	return cmd
}

func newStateList(a *app, run func(context.Context, *stateOptions) error) *cobra.Command {
	return stateCommand(a, &cobra.Command{
		Use:     "list [ADDRESS...]",
		Short:   "List the addresses that ctplan owns",
		Example: "ctplan state list\nctplan state list 'notrack.*'",
	}, run, func(ctx context.Context, o *stateOptions) error { return runStateList(ctx, a, o) })
}

func newStateShow(a *app, run func(context.Context, *stateOptions) error) *cobra.Command {
	return stateCommand(a, &cobra.Command{
		Use:     "show ADDRESS...",
		Short:   "Show resources with their settings and what was there before ctplan",
		Example: "ctplan state show conntrack.edge",
		Args:    needsAddress,
	}, run, func(ctx context.Context, o *stateOptions) error { return runStateShow(ctx, a, o) })
}

func newStateRm(a *app, run func(context.Context, *stateOptions) error) *cobra.Command {
	return stateCommand(a, &cobra.Command{
		Use:   "rm ADDRESS...",
		Short: "Forget resources and leave the host as it is",
		Long: "Takes resources out of the state. The host keeps their settings, and ctplan no longer\n" +
			"knows what was there before them.",
		Example: "ctplan state rm conntrack.edge",
		Args:    needsAddress,
	}, run, func(ctx context.Context, o *stateOptions) error { return runStateRm(ctx, a, o) })
}

// stateCommand completes one of the state commands.
func stateCommand(a *app, cmd *cobra.Command, run, work func(context.Context, *stateOptions) error) *cobra.Command {
	o := &stateOptions{}
	cmd.ValidArgsFunction = a.completeAddresses
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.patterns = args
		if run != nil {
			return run(cmd.Context(), o)
		}
		return work(cmd.Context(), o)
	}
	return cmd
}

func needsAddress(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &usageError{fmt.Sprintf("`%s` needs an address. `ctplan state list` shows them.", cmd.CommandPath())}
	}
	return nil
}

func runStateList(ctx context.Context, a *app, o *stateOptions) error {
	now, err := a.readShared(ctx, "state list")
	if err != nil {
		return err
	}
	addresses, err := matching(now.Managed, o.patterns)
	if err != nil {
		return err
	}
	out := a.stdout()
	for _, address := range addresses {
		view.Line(out, address)
	}
	return writeError("standard output", out.Err())
}

func runStateShow(ctx context.Context, a *app, o *stateOptions) error {
	now, err := a.readShared(ctx, "state show")
	if err != nil {
		return err
	}
	addresses, err := matching(now.Managed, o.patterns)
	if err != nil {
		return err
	}
	out := a.stdout()
	view.StateText(out, now, addresses)
	return writeError("standard output", out.Err())
}

// runStateRm forgets resources the way a removed block would: as a plan that
// needs nothing of the host.
func runStateRm(ctx context.Context, a *app, o *stateOptions) error {
	ctx, stop, done := a.watch(ctx)
	defer done()
	v := a.human(false)
	h, err := a.openHost()
	if err != nil {
		return err
	}
	defer h.Close()
	dir := a.stateDirectory()
	lock, err := a.lock(ctx, dir, state.Exclusive, "state rm", v)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	now, err := readState(dir)
	if err != nil {
		return err
	}
	addresses, err := matching(now.Managed, o.patterns)
	if err != nil {
		return err
	}
	plan, err := a.forgetPlan(ctx, h, now, addresses)
	if err != nil {
		return err
	}
	t := a.transaction(h, dir, "state rm", v, stop)
	if err := t.Run(ctx, plan); err != nil {
		return err
	}
	view.Forgotten(v.Out, addresses)
	return writeError("standard output", v.Out.Err())
}

func (a *app) forgetPlan(ctx context.Context, h Host, now *state.File, addresses []string) (*planner.Plan, error) {
	facts, err := h.Facts(ctx)
	if err != nil {
		return nil, err
	}
	if err := sameNetns(now, facts); err != nil {
		return nil, err
	}
	live, err := apply.ReadAll(ctx, h, planner.Targets(nil, now.Managed), nil)
	if err != nil {
		return nil, err
	}
	in := planner.Input{
		Mode: planner.ModeNormal, Version: a.Build.Version, Now: a.Now(), Facts: facts,
		Lineage: now.Lineage, Serial: now.Serial, Managed: now.Managed, Live: live,
		Select: func(address string) bool { return slices.Contains(addresses, address) },
	}
	for _, address := range addresses {
		in.Removed = append(in.Removed, planner.Remove{From: address})
	}
	plan := planner.Build(in)
	// Whatever else differs from what was applied stays as it is.
	plan.Operations = nil
	return plan, nil
}

// matching lists the owned addresses that match any of the patterns, or all.
// A pattern without a match is an error.
func matching(owned planner.Managed, patterns []string) ([]string, error) {
	all := slices.Sorted(maps.Keys(owned.Resources))
	if len(patterns) == 0 {
		return all, nil
	}
	for _, p := range patterns {
		if !slices.ContainsFunc(all, func(address string) bool { return glob(p, address) }) {
			return nil, &failure{summary: "No such resource", detail: fmt.Sprintf("ctplan owns no %s. It owns: %s.", p, listed(all))}
		}
	}
	return slices.DeleteFunc(all, func(address string) bool { return !anyGlob(patterns, address) }), nil
}
