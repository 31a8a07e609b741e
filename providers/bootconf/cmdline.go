package bootconf

import "strings"

// CommandLine is the kernel's command line, as options with their values.
type CommandLine []CommandOption

// CommandOption is one word of the command line; Name has dashes turned into
// underscores, which the kernel does not tell apart.
type CommandOption struct{ Name, Value string }

// ParseCommandLine splits /proc/cmdline. Double quotes keep blanks in a
// value; what follows "--" is for the first process and not for the kernel.
func ParseCommandLine(line string) CommandLine {
	var out CommandLine
	quoted := false
	words := strings.FieldsFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && (r == ' ' || r == '\t' || r == '\n')
	})
	for _, word := range words {
		if word == "--" {
			break
		}
		name, value, _ := strings.Cut(strings.ReplaceAll(word, `"`, ""), "=")
		out = append(out, CommandOption{ModuleName(name), value})
	}
	return out
}

// List returns the comma-separated elements of every option of this name.
func (c CommandLine) List(name string) []string {
	var out []string
	for _, o := range c {
		if o.Name == name {
			out = append(out, strings.FieldsFunc(o.Value, func(r rune) bool { return r == ',' })...)
		}
	}
	return out
}
