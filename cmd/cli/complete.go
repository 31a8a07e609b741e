package cli

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"
)

// completeAddresses proposes the addresses that ctplan owns. It takes no
// lock and says nothing of errors: a shell that completes must not wait, and
// has no place for messages.
func (a *app) completeAddresses(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	now, err := a.stateDirectory().Read()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.Sorted(maps.Keys(now.Managed.Resources)), cobra.ShellCompDirectiveNoFileComp
}

// completeEverywhere adds the completion of addresses to all commands that
// take them, as arguments or with a flag.
func (a *app) completeEverywhere(cmd *cobra.Command) {
	for _, name := range []string{"target", "exclude"} {
		if cmd.Flags().Lookup(name) != nil {
			// It only fails for a flag that does not exist.
			_ = cmd.RegisterFlagCompletionFunc(name, a.completeAddresses)
		}
	}
	for _, sub := range cmd.Commands() {
		a.completeEverywhere(sub)
	}
}
