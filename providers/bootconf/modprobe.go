package bootconf

import "strings"

// Directive is one line of a modprobe.d file.
type Directive struct {
	// Command is "options", "blacklist", "install" and so on.
	Command string
	// Module is what it is about, with dashes turned into underscores.
	Module string
	// Rest is everything behind the module's name, blanks trimmed.
	Rest   string
	Origin Origin
}

// ModuleName writes a module's name as the kernel shows it: kmod takes
// dashes and underscores for the same character.
func ModuleName(name string) string { return strings.ReplaceAll(name, "-", "_") }

// ParseModprobe reads a modprobe.d file the way kmod does. A backslash at the
// end of a line joins it with the next one.
func ParseModprobe(name string, data []byte) []Directive {
	var out []Directive
	start, joined := 0, ""
	for i, line := range strings.Split(string(data), "\n") {
		if joined == "" {
			start = i + 1
		}
		if head, more := strings.CutSuffix(strings.TrimRight(line, "\r"), `\`); more {
			joined += head + " "
			continue
		}
		if d, ok := parseDirective(joined + line); ok {
			d.Origin = Origin{name, start}
			out = append(out, d)
		}
		joined = ""
	}
	if d, ok := parseDirective(joined); ok {
		d.Origin = Origin{name, start}
		out = append(out, d)
	}
	return out
}

func parseDirective(line string) (Directive, bool) {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "#") {
		return Directive{}, false
	}
	command, rest := cutWord(line)
	module, rest := cutWord(rest)
	if module == "" {
		return Directive{}, false
	}
	return Directive{Command: command, Module: ModuleName(module), Rest: rest}, true
}

// cutWord returns the first word of s and what follows it, trimmed.
func cutWord(s string) (word, rest string) {
	end := strings.IndexAny(s, " \t")
	if end < 0 {
		return s, ""
	}
	return s[:end], strings.TrimSpace(s[end:])
}

// Denies reports whether an install line keeps the module out: it runs a
// program that does nothing in its place.
func (d Directive) Denies() bool {
	if d.Command != "install" {
		return false
	}
	program, _ := cutWord(d.Rest)
	switch program[strings.LastIndexByte(program, '/')+1:] {
	case "false", "true", ":":
		return true
	}
	return false
}

// Parameters returns the name=value pairs of an options line.
func (d Directive) Parameters() []CommandOption {
	if d.Command != "options" {
		return nil
	}
	return ParseCommandLine(d.Rest)
}
