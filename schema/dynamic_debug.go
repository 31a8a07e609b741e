package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// dynamicDebugTable is the table of dynamic_debug blocks.
var dynamicDebugTable = BlockType{
	Name:    "dynamic_debug",
	Summary: "Debug messages in the kernel's own code, switched on.",
	Description: "The kernel has thousands of debug messages that are off. A block switches on those that match all of its conditions; the plan shows how many there are, and destroy puts the flags of each back. " +
		"Messages come at level debug: read them with dmesg.\n\n" +
		"Which messages there are differs from kernel to kernel, and those of a module exist only while it is loaded. Select by function or by a part of the text rather than by line.",
	Attributes: []Attribute{
		{Name: "module", Type: TypeString, Convert: oneValue(debugWord("module")), Description: "Name of the module, with `*` and `?` as wildcards."},
		{Name: "file", Type: TypeString, Convert: oneValue(debugWord("file")), Description: "Source file: its path in the kernel, the end of it, or its name; wildcards are possible."},
		{Name: "function", Type: TypeString, Convert: oneValue(debugWord("function")), Description: "Name of the function; wildcards are possible."},
		{Name: "line", Type: TypeAny, Convert: debugLine, Description: "Line number, or a range `\"100-200\"`. Lines are those of one build of the kernel."},
		{Name: "format", Type: TypeString, Convert: oneValue(debugFormat), Description: "A part of the message's format; `^` before it: its beginning."},
		{Name: "flags", Type: TypeString, Default: "p", Convert: oneValue(debugFlags),
			Description: "What is switched on: `p` the message; with it the module `m`, the function `f`, the line `l`, the thread `t`, from 6.2 on the source file `s`. `_` is none: what is on by default is switched off."},
		{Name: "persist", Type: TypeBool, Default: "false", Description: "Have the messages of modules on as they are loaded, at boot too (option `dyndbg` in modprobe.d)."},
	},
	Check: checkDynamicDebug,
	Example: `dynamic_debug "invalid" {
  module = "nf_conntrack"
  file   = "nf_conntrack_proto_tcp.c"
  format = "invalid"
  flags  = "pf"
}
`,
}

// debugWord checks a condition: a word of the kernel's query language.
func debugWord(what string) func(string) (string, error) {
	return func(s string) (string, error) {
		if what == "module" {
			s = strings.ReplaceAll(s, "-", "_")
		}
		for _, r := range s {
			if r <= ' ' || r > '~' || strings.ContainsRune(`"';#\`, r) {
				return "", fmt.Errorf("%s cannot be the %s of a debug message: blanks, quotes and everything that is not printable ASCII are no part of one", quoted(s), what)
			}
		}
		if s == "" || len(s) > 200 {
			return "", fmt.Errorf("the %s has 1 to 200 bytes", what)
		}
		return s, nil
	}
}

func debugFormat(s string) (string, error) {
	if s == "" || s == "^" || len(s) > 200 {
		return "", fmt.Errorf("the format has 1 to 200 bytes")
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return "", fmt.Errorf("the format holds a control character")
		}
	}
	return s, nil
}

// debugLine takes a number, or a range that may be open at one end.
func debugLine(v cty.Value) (cty.Value, error) {
	if !v.Type().IsPrimitiveType() || v.Type() == cty.Bool {
		return v, fmt.Errorf("a line is a number, or a range like \"100-200\"")
	}
	first, last, isRange := strings.Cut(written(v), "-")
	if !isRange {
		last = first
	}
	from, errFrom := lineNumber(first, 1)
	to, errTo := lineNumber(last, 1<<30)
	if errFrom != nil || errTo != nil || first == "" && last == "" || from > to {
		return v, fmt.Errorf("%s is neither a line number nor a range like \"100-200\"", shown(v))
	}
	return cty.StringVal(written(v)), nil
}

func lineNumber(s string, open int) (int, error) {
	if s == "" {
		return open, nil
	}
	n, err := strconv.Atoi(s)
	if err == nil && n < 1 {
		err = strconv.ErrRange
	}
	return n, err
}

// DebugLines are the bounds of a line attribute's value, both inclusive.
func DebugLines(s string) (from, to int) {
	first, last, isRange := strings.Cut(s, "-")
	if !isRange {
		last = first
	}
	from, _ = lineNumber(first, 1) // debugLine has checked both
	to, _ = lineNumber(last, 1<<30)
	return from, to
}

// debugFlags sorts the letters, so that "fp" and "pf" are one value. Which
// letters there are is the kernel's to say.
func debugFlags(s string) (string, error) {
	seen := map[rune]bool{}
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != '_' || seen[r] {
			return "", fmt.Errorf("%s is not a set of flags: letters such as p, m, f, l and t, each once, or _ for none", quoted(s))
		}
		seen[r] = true
	}
	switch {
	case s == "":
		return "", fmt.Errorf("the flags are empty: write \"_\" for none")
	case seen['_'] && len(s) > 1:
		return "", fmt.Errorf("%s is both none and some flags", quoted(s))
	}
	return sortLetters(s), nil
}

func sortLetters(s string) string {
	var out strings.Builder
	for r := 'a'; r <= 'z'; r++ {
		if strings.ContainsRune(s, r) {
			out.WriteRune(r)
		}
	}
	if out.Len() == 0 {
		return "_"
	}
	return out.String()
}

func checkDynamicDebug(r *Resource) []Problem {
	selected := false
	for _, name := range []string{"module", "file", "function", "line", "format"} {
		_, set := r.Attrs[name]
		selected = selected || set
	}
	if !selected {
		return []Problem{{Summary: "No condition is set", Detail: "Without module, file, function, line or format the block would change every debug message of the kernel."}}
	}
	var out []Problem
	_, line := r.Attrs["line"]
	_, file := r.Attrs["file"]
	_, function := r.Attrs["function"]
	switch {
	case line && !file && !function:
		out = append(out, Problem{Attribute: "line", Summary: "A line without a file", Detail: "Line numbers are those of a file. Set file, or function."})
	case line:
		out = append(out, Problem{Attribute: "line", Warning: true, Summary: "Lines move between kernels",
			Detail: "The number is right for one build of the kernel only; after an update it may mean another message, or none. Select by function or format."})
	}
	if flags, set := r.String("flags"); set && flags != "_" && !strings.Contains(flags, "p") {
		out = append(out, Problem{Attribute: "flags", Warning: true, Summary: "Flags without p print nothing",
			Detail: "p prints the message; the other flags only add to it."})
	}
	if persist, _ := r.Bool("persist"); persist {
		if format, _ := r.String("format"); strings.ContainsAny(format, `"'\`) {
			out = append(out, Problem{Attribute: "format", Summary: "The format cannot persist",
				Detail: "In modprobe.d a format is quoted, and can hold neither quotes nor backslashes. Select by another part of it, or leave persist out."})
		}
	}
	return out
}
