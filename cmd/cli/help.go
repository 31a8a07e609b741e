package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ctplan/ctplan/cmd/view"
)

// placeholderKey is the annotation that names a flag's value in the help.
const placeholderKey = "ctplan_placeholder"

// writeHelp shows the help of a command, with flags as Terraform's users
// write them.
func writeHelp(a *app, cmd *cobra.Command) {
	h := view.Help{Usage: usageLine(cmd), Description: cmd.Long, Example: cmd.Example}
	if h.Description == "" {
		h.Description = cmd.Short
	}
	for _, group := range cmd.Groups() {
		h.Sections = append(h.Sections, commandSection(cmd, group.ID, group.Title))
	}
	h.Sections = append(h.Sections, commandSection(cmd, "", "Other commands:"))
	h.Sections = append(h.Sections,
		flagSection("Flags:", cmd.NonInheritedFlags(), cmd.HasParent()),
		flagSection("Flags of every command:", cmd.InheritedFlags(), true))
	if !cmd.HasParent() {
		h.Sections = append(h.Sections, flagSection("Flags of every command:", cmd.PersistentFlags(), true))
	}
	view.WriteHelp(a.stdout(), h)
}

func usageLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " [flags] COMMAND"
	}
	words := strings.SplitN(cmd.Use, " ", 2)
	line := cmd.CommandPath() + " [flags]"
	if len(words) > 1 {
		line += " " + words[1]
	}
	return line
}

func commandSection(cmd *cobra.Command, group, title string) view.HelpSection {
	s := view.HelpSection{Title: title}
	if len(cmd.Groups()) == 0 {
		s.Title = "Commands:"
	}
	for _, c := range cmd.Commands() {
		if c.GroupID == group && c.IsAvailableCommand() {
			s.Entries = append(s.Entries, view.HelpEntry{Name: c.Name(), Text: c.Short})
		}
	}
	return s
}

func flagSection(title string, flags *pflag.FlagSet, show bool) view.HelpSection {
	s := view.HelpSection{Title: title}
	if !show {
		return s
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name := "-" + f.Name
		if f.NoOptDefVal == "" {
			name += "=" + placeholder(f)
		}
		text := f.Usage
		if d := f.DefValue; d != "" && d != "false" && d != "[]" && d != "0s" && d != "0" {
			text += fmt.Sprintf(" (default %s)", d)
		}
		s.Entries = append(s.Entries, view.HelpEntry{Name: name, Text: text})
	})
	return s
}

// placeholder names a flag's value.
func placeholder(f *pflag.Flag) string {
	if p := f.Annotations[placeholderKey]; len(p) > 0 {
		return p[0]
	}
	switch f.Name {
	case "target", "exclude":
		return "ADDRESS"
	case "out", "json-into":
		return "FILE"
	case "to":
		return "SERIAL"
	case "ignore":
		return "ADDRESS.ATTRIBUTE"
	}
	return strings.ToUpper(f.Value.Type())
}
