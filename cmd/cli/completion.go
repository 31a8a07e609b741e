package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCompletion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish",
		Short:     "Write a shell's completion script",
		Example:   "ctplan completion bash > /etc/bash_completion.d/ctplan\nsource <(ctplan completion zsh)",
		ValidArgs: []string{"bash", "fish", "zsh"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{"Name the shell: ctplan completion bash, zsh or fish."}
			}
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.Stdout)
			case "fish":
				return root.GenFishCompletion(a.Stdout, true)
			}
			return &usageError{fmt.Sprintf("There is no completion for %q. Use bash, zsh or fish.", args[0])}
		},
	}
}
