package cli

import (
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/pflag"

	"github.com/ctplan/ctplan/schema"
)

// variableFlag is one -var or -var-file. Their order on the command line
// decides which wins, so both are kept in one list.
type variableFlag struct {
	file bool
	text string
}

// variableFlags collects -var and -var-file.
type variableFlags struct{ list []variableFlag }

func (v *variableFlags) register(f *pflag.FlagSet) {
	f.Var(&variableAppender{v, false}, "var", "set a variable of the configuration; can be given several times")
	f.Var(&variableAppender{v, true}, "var-file", "read variables from a file; can be given several times")
}

// variableAppender is the pflag.Value of either flag.
type variableAppender struct {
	to   *variableFlags
	file bool
}

func (a *variableAppender) String() string { return "" }

func (a *variableAppender) Type() string {
	if a.file {
		return "FILE"
	}
	return "NAME=VALUE"
}

func (a *variableAppender) Set(s string) error {
	a.to.list = append(a.to.list, variableFlag{a.file, s})
	return nil
}

// variables gathers the values given from outside, lowest precedence first:
// environment, the directory's variable files, then the flags in their order.
func (a *app) variables(cfg *schema.Configuration, flags variableFlags) ([]schema.VariableValue, hcl.Diagnostics, error) {
	values := schema.EnvironmentVariables(a.Environ)
	auto, diags := cfg.AutoVariables()
	values = append(values, auto...)
	for _, f := range flags.list {
		if !f.file {
			v, d := schema.ParseVariableFlag(f.text)
			values, diags = append(values, v), append(diags, d...)
			continue
		}
		src, err := os.ReadFile(a.path(f.text))
		if err != nil {
			return nil, diags, &failure{summary: "Variable file not read", detail: sentence(err.Error()), err: err}
		}
		a.addSources(nil, map[string][]byte{f.text: src})
		v, d := schema.ParseVariableFile(f.text, src)
		values, diags = append(values, v...), append(diags, d...)
	}
	return values, diags, nil
}
