package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// newRoot builds the tree of commands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "ctplan",
		Short: "Plan and apply a Linux host's connection tracking and packet logging",
		Long: "ctplan reads what a host's connection tracking and packet logging should be from\n" +
			"*.ctplan.hcl files, shows how the live kernel differs, and changes it as one\n" +
			"transaction: every step is read back, and on any failure everything is undone.",
		Example: "ctplan validate                  # check the configuration, on any machine\n" +
			"ctplan plan                      # what would change on this host\n" +
			"ctplan apply                     # change it, after asking\n" +
			"ctplan drift                     # has somebody changed it by hand?\n" +
			"ctplan rollback                  # undo the last apply",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
		PersistentPreRunE: func(*cobra.Command, []string) error { return errors.Join(a.checkColor(), a.checkDir()) },
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	a.globals.register(root)
	root.AddGroup(
		&cobra.Group{ID: groupMain, Title: "Main commands:"},
		&cobra.Group{ID: groupInspect, Title: "Inspect:"},
		&cobra.Group{ID: groupAuthor, Title: "Write configuration:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add(groupMain, newValidate(a, nil), newPlan(a, nil), newApply(a, nil), newDrift(a, nil), newRollback(a, nil), newDestroy(a, nil))
	add(groupInspect, newShow(a, nil), newHistory(a, nil), newState(a), newGraph(a, nil), newTrace(a, nil))
	add(groupAuthor, newFmt(a, nil), newConsole(a, nil), newSchema(a, nil))
	root.AddCommand(newBoot(a, nil), newVersion(a, nil), newCompletion(a))
	a.completeEverywhere(root)
	root.SetHelpCommand(&cobra.Command{Hidden: true, Use: "help [COMMAND]", RunE: helpFor(root)})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(a, cmd) })
	return root
}

// The groups of commands in the help.
const (
	groupMain    = "main"
	groupInspect = "inspect"
	groupAuthor  = "author"
)

func (g *globals) register(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&g.chdir, "chdir", "", "switch to this directory first")
	f.StringVar(&g.stateDir, "state-dir", "", "where the state is kept (default /var/lib/ctplan, or $CTPLAN_STATE_DIR)")
	f.DurationVar(&g.lockTimeout, "lock-timeout", 0, "how long to wait for another ctplan to finish")
	f.BoolVar(&g.noColor, "no-color", false, "write no colours")
	f.StringVar(&g.color, "color", "auto", "colours: auto, always or never")
	f.StringVar(&g.netns, "netns", "", "work on this network namespace instead of one's own")
	f.StringVar(&g.root, "root", "", "work on the files below this directory instead of /")
	for name, placeholder := range map[string]string{"chdir": "DIR", "state-dir": "DIR", "lock-timeout": "DURATION", "color": "WHEN", "netns": "NAME", "root": "DIR"} {
		f.Lookup(name).Annotations = map[string][]string{placeholderKey: {placeholder}}
	}
}

func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	detail := fmt.Sprintf("There is no command %q.", name)
	if s := suggestion(name, names); s != "" {
		detail += fmt.Sprintf(" Did you mean %q?", s)
	}
	return &usageError{detail + " For the list of commands run: ctplan -help"}
}

func helpFor(root *cobra.Command) func(*cobra.Command, []string) error {
	return func(_ *cobra.Command, args []string) error {
		cmd, rest, err := root.Find(args)
		if err != nil || len(rest) > 0 {
			return unknownCommand(root, args[0])
		}
		return cmd.Help()
	}
}

// noArgs refuses stray words: "-json false" leaves "false" behind.
func noArgs(cmd *cobra.Command, args []string) error { return atMost(0)(cmd, args) }

func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return &usageError{fmt.Sprintf("%q is one argument too many for `%s`. A switch is set with -flag or -flag=false, without a word after it.",
			args[n], cmd.CommandPath())}
	}
}
