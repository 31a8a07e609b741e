package cli

import "strings"

// flagKinds are the long flags of all commands: true means that the flag
// takes a value. A name has the same kind in every command.
type flagKinds map[string]bool

// normalize rewrites long flags with one dash, as Terraform's users write
// them (-out=FILE, -json), to the form with two dashes that pflag reads.
//
// Only words that would be read as flags are looked at: not what follows
// "--", not the value of a flag, no shorthand (-h), no negative number and no
// lone dash. A misspelt long flag is rewritten too, so that the error names it
// whole instead of complaining about its first letter.
func normalize(args []string, flags flagKinds) []string {
	out := make([]string, 0, len(args))
	isValue := false
	for i, arg := range args {
		switch {
		case isValue:
			isValue = false
			out = append(out, arg)
			continue
		case arg == "--":
			return append(out, args[i:]...)
		}
		name, assigned := flagName(arg)
		takesValue := flags[name]
		isValue = name != "" && takesValue && !assigned
		if name != "" && !strings.HasPrefix(arg, "--") {
			arg = "-" + arg
		}
		out = append(out, arg)
	}
	return out
}

// flagName is the name of a long flag with one dash or two, and whether its
// value follows after an equals sign. It is empty for any other word.
func flagName(arg string) (name string, assigned bool) {
	rest, ok := strings.CutPrefix(arg, "-")
	if !ok {
		return "", false
	}
	rest = strings.TrimPrefix(rest, "-")
	name, _, assigned = strings.Cut(rest, "=")
	if len(name) < 2 || !isLetter(name[0]) {
		return "", false
	}
	return name, assigned
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// normalizeAll prepares a whole command line. What shells ask for completion
// keeps its last word: it is not finished.
func normalizeAll(args []string, flags flagKinds) []string {
	if len(args) > 1 && strings.HasPrefix(args[0], "__complete") {
		last := len(args) - 1
		out := append([]string{args[0]}, normalize(args[1:last], flags)...)
		return append(out, args[last])
	}
	return normalize(args, flags)
}

// insertExtra puts the arguments of CTPLAN_CLI_ARGS behind the name of the
// command, so that those on the command line, which follow, win. extra is
// asked for the arguments of the command of the given name.
func insertExtra(args []string, flags flagKinds, isCommand func(path []string) bool, extra func(path []string) ([]string, error)) ([]string, error) {
	var path []string
	end := 0
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			break
		}
		if strings.HasPrefix(arg, "-") {
			if name, assigned := flagName(arg); flags[name] && !assigned {
				i++
			}
			continue
		}
		if !isCommand(append(path, arg)) {
			break
		}
		path, end = append(path, arg), i+1
	}
	if len(path) == 0 {
		return args, nil
	}
	more, err := extra(path)
	if err != nil || len(more) == 0 {
		return args, err
	}
	out := append([]string(nil), args[:end]...)
	return append(append(out, more...), args[end:]...), nil
}
