package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/state"
)

// historyOptions are the flags of history.
type historyOptions struct {
	serial uint64 // 0 lists all
	json   bool
}

func newHistory(a *app, run func(context.Context, *historyOptions) error) *cobra.Command {
	o := &historyOptions{}
	cmd := &cobra.Command{
		Use:     "history [SERIAL]",
		Short:   "List the applies on this host, or show one",
		Long:    "Lists what was applied to this host, when and by whom, or shows the changes of one\nserial. `ctplan rollback -to=SERIAL` goes back to one.",
		Example: "ctplan history\nctplan history 41\nctplan history -json",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				n, err := strconv.ParseUint(args[0], 10, 64)
				if err != nil || n == 0 {
					return &usageError{fmt.Sprintf("%q is not a serial. `ctplan history` lists them.", args[0])}
				}
				o.serial = n
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runHistory(cmd.Context(), a, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "write a JSON document")
	return cmd
}

func runHistory(ctx context.Context, a *app, o *historyOptions) error {
	dir := a.stateDirectory()
	lock, err := a.lock(ctx, dir, state.Shared, "history", a.human(false))
	if err != nil {
		return err
	}
	defer lock.Unlock()
	out := a.stdout()
	if o.serial > 0 {
		g, err := generation(dir, o.serial)
		if err != nil {
			return err
		}
		if o.json {
			view.HistoryJSON(out, []state.Generation{*g})
		} else {
			view.GenerationText(out, *g)
		}
		return writeError("standard output", out.Err())
	}
	list, err := dir.History()
	if err != nil {
		return err
	}
	if o.json {
		view.HistoryJSON(out, list)
	} else {
		view.HistoryText(out, list)
	}
	return writeError("standard output", out.Err())
}
