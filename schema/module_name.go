package schema

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// maxModuleName is the length of a module's name in bytes (MODULE_NAME_LEN
// is 64 less the size of a pointer, with the final NUL).
const maxModuleName = 55

// moduleName checks a module's name and writes it as the kernel does: it
// becomes part of files and of command lines.
func moduleName(s string) (string, error) {
	name := strings.ReplaceAll(s, "-", "_")
	name, isFile := strings.CutSuffix(name, ".ko")
	switch {
	case isFile:
		return "", fmt.Errorf("%q is a file: name the module, %q", s, name)
	case name == "" || len(name) > maxModuleName:
		return "", fmt.Errorf("%s is not the name of a module: it has 1 to %d bytes", quoted(s), maxModuleName)
	case !isModuleWord(name) || strings.HasPrefix(s, "-"):
		return "", fmt.Errorf("%s is not the name of a module: letters, digits, dashes and underscores are possible", quoted(s))
	}
	return name, nil
}

// isModuleWord reports whether a text can name a module or a parameter.
func isModuleWord(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s != ""
}

func moduleNames(in []string) ([]string, error) {
	out := make([]string, len(in))
	for i, s := range in {
		name, err := moduleName(s)
		if err != nil {
			return nil, cty.Path{cty.IndexStep{Key: cty.NumberIntVal(int64(i))}}.NewError(err)
		}
		for _, earlier := range out[:i] {
			if earlier == name {
				return nil, cty.Path{cty.IndexStep{Key: cty.NumberIntVal(int64(i))}}.NewErrorf("%s is listed twice (a dash and an underscore are the same to modprobe)", name)
			}
		}
		out[i] = name
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the list is empty")
	}
	return out, nil
}

// moduleOptionsValue checks options, which become words of modprobe.d and of
// modprobe's command line. Switches become 1 and 0: kernels before 6.4 do not
// know "true".
func moduleOptionsValue(v cty.Value) (cty.Value, error) {
	out := map[string]cty.Value{}
	for name, value := range v.AsValueMap() {
		at := cty.Path{cty.IndexStep{Key: cty.StringVal(name)}}
		text := value.AsString()
		switch {
		case !isModuleWord(name):
			return v, at.NewErrorf("%s is not the name of an option: letters, digits and underscores are possible", quoted(name))
		case text == "":
			return v, at.NewErrorf("%s has no value: leave it out", name)
		case strings.ContainsFunc(text, notInOption):
			return v, at.NewErrorf("%s holds a character that neither modprobe nor the kernel can be given: quotes, backslashes and everything that is not printable ASCII", name)
		case text == "true":
			text = "1"
		case text == "false":
			text = "0"
		}
		out[name] = cty.StringVal(text)
	}
	if len(out) == 0 {
		return cty.MapValEmpty(cty.String), nil
	}
	return cty.MapVal(out), nil
}

func notInOption(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }
