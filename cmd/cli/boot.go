package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/planner/apply/boot"
	"github.com/ctplan/ctplan/state"
)

// bootOptions are the flags of boot: the global ones are all it needs.
type bootOptions struct{}

func newBoot(a *app, run func(context.Context, *bootOptions) error) *cobra.Command {
	o := &bootOptions{}
	return &cobra.Command{
		Use:   "boot",
		Short: "Restore the rules that ctplan owns after a boot",
		Long: "Puts the packet filter rules of notrack and log_rule blocks back as they were last\n" +
			"applied, from the state directory alone. ctplan-boot.service runs it before the network\n" +
			"is up. It looks at every table before it changes one, and gives up where something is\n" +
			"in the way: another iptables backend, a table that another program hides, a position\n" +
			"beside a rule that is not there. Then no rule of ctplan's is in effect, and\n" +
			"`ctplan apply` puts them in later.",
		Example: "ctplan boot",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runBoot(cmd.Context(), a)
		},
	}
}

func runBoot(ctx context.Context, a *app) error {
	ctx, _, stop := a.watch(ctx)
	defer stop()
	dir := a.stateDirectory()
	// A host that ctplan never changed has no directory, and gets none here.
	if now, err := dir.Read(); err != nil || now.Lineage == "" {
		return a.bootReport(nil, err)
	}
	lock, err := a.lock(ctx, dir, state.Exclusive, "boot", a.human(false))
	if err != nil {
		return err
	}
	defer lock.Unlock()
	now, err := dir.Read()
	if err != nil {
		return err
	}
	h, err := a.openHost()
	if err != nil {
		return err
	}
	defer h.Close()
	done, err := boot.Restore(ctx, h, now.Managed)
	return a.bootReport(done, bootFailure(err))
}

// bootReport says what became of every table, for the log of the boot.
func (a *app) bootReport(done []boot.Table, err error) error {
	if err != nil {
		return err
	}
	out := a.stdout()
	for _, t := range done {
		what := "in place already"
		if t.Restored {
			what = "restored"
		}
		view.Line(out, fmt.Sprintf("%s: %s, %s", t.Target, ruleCount(t.Rules), what))
	}
	if len(done) == 0 {
		view.Line(out, "Nothing to restore: ctplan owns no rules that are to survive a boot.")
	}
	return writeError("standard output", out.Err())
}

func ruleCount(n int) string {
	if n == 1 {
		return "1 rule"
	}
	return fmt.Sprintf("%d rules", n)
}

// bootFailure says why the rules are not there, and what is.
func bootFailure(err error) error {
	var rolledBack *apply.RolledBackError
	var incomplete *apply.IncompleteError
	switch {
	case err == nil, errors.Is(err, context.Canceled) && !errors.As(err, &rolledBack) && !errors.As(err, &incomplete):
		return err
	case errors.As(err, &incomplete):
		return &failure{"Rules were restored in part", sentence(err.Error()) + " Run `ctplan plan` to see what is left.", err}
	case errors.As(err, &rolledBack):
		return &failure{"Rules were not restored", sentence(err.Error()) +
			" What had been restored was taken back. Run `ctplan apply` when the cause is gone.", err}
	}
	return &failure{"Rules were not restored", sentence(err.Error()) + " Nothing was changed. Run `ctplan apply` when the cause is gone.", err}
}

// bootState is the state directory as the host's next boot finds it: below
// -root it is a path within the root.
func (a *app) bootState() string {
	dir := a.stateDirectory().Path()
	if root := a.rootDir(); root != "" {
		inside, err := filepath.Rel(root, dir)
		if err != nil || !filepath.IsLocal(inside) {
			return ""
		}
		return filepath.Join("/", inside)
	}
	return dir
}
