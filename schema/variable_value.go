package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// VariableValue is a variable's value from the environment, a file or a flag.
type VariableValue struct {
	Name string
	// Expr is the value as an expression without references; hcl.StaticExpr
	// wraps a value that is known already. If it is nil, Raw counts.
	Expr hcl.Expression
	// Raw is the value as text: itself for a variable that is a string, a
	// number or a bool or has no type, else an expression.
	Raw    string
	Origin Origin
	// Source names the origin in messages: "-var", "CTPLAN_VAR_max", a file.
	Source string
	// Range is where the value stands, if it comes from a file.
	Range hcl.Range
}

// Origin says where a variable's value comes from. It decides what is said of
// a value whose variable is not declared.
type Origin int

// The origins.
const (
	// OriginEnvironment: the environment is shared with other directories,
	// so that a value without a variable is silently ignored.
	OriginEnvironment Origin = iota
	// OriginFile: a value without a variable is worth a warning.
	OriginFile
	// OriginFlag: a value without a variable is an error, since it was given
	// for this very run.
	OriginFlag
)

// environmentPrefix begins the names of environment variables with values.
const environmentPrefix = "CTPLAN_VAR_"

// AutoVariables are the values in ctplan.ctvars, ctplan.ctvars.json,
// *.auto.ctvars and *.auto.ctvars.json of the directory, lowest precedence
// first.
func (c *Configuration) AutoVariables() ([]VariableValue, hcl.Diagnostics) {
	var values []VariableValue
	var diags hcl.Diagnostics
	for _, name := range c.variableFiles {
		v, d := ParseVariableFile(name, c.Sources[name])
		values, diags = append(values, v...), append(diags, d...)
	}
	return values, MergeDiagnostics(diags)
}

// ParseVariableFile reads the values in a variable file, from JSON if its
// name ends in .json. The values are sorted by their place.
func ParseVariableFile(name string, src []byte) ([]VariableValue, hcl.Diagnostics) {
	file, diags := parse(name, src)
	if diags.HasErrors() {
		return nil, MergeDiagnostics(diags)
	}
	attrs, diags := file.Body.JustAttributes()
	if native, ok := file.Body.(*hclsyntax.Body); ok && len(native.Blocks) > 0 {
		diags = nil
		for _, b := range native.Blocks {
			diags = append(diags, errorAt(b.DefRange(), "Block in a variable file",
				"A variable file only gives values, one NAME = VALUE a line. Declare variables in a file *.ctplan.hcl."))
		}
	}
	var values []VariableValue
	for _, key := range sortedKeys(attrs) {
		a := attrs[key]
		values = append(values, VariableValue{Name: key, Expr: a.Expr, Origin: OriginFile, Source: name, Range: a.Range})
	}
	slices.SortStableFunc(values, func(a, b VariableValue) int { return compareRanges(&a.Range, &b.Range) })
	return values, MergeDiagnostics(diags)
}

// ParseVariableFlag reads the argument of -var, "name=value".
func ParseVariableFlag(arg string) (VariableValue, hcl.Diagnostics) {
	name, raw, ok := strings.Cut(arg, "=")
	name = strings.TrimSpace(name)
	v := VariableValue{Name: name, Raw: raw, Origin: OriginFlag, Source: "-var"}
	if ok && hclsyntax.ValidIdentifier(name) {
		return v, nil
	}
	why := fmt.Sprintf("%q is not the name of a variable", name)
	if !ok {
		why = "the equals sign is missing"
	}
	return v, hcl.Diagnostics{{
		Severity: hcl.DiagError,
		Summary:  "Invalid -var option",
		Detail:   fmt.Sprintf("-var %q cannot be read: %s. Write -var 'NAME=VALUE'.", arg, why),
	}}
}

// EnvironmentVariables picks the values CTPLAN_VAR_name out of an
// environment, sorted by name.
func EnvironmentVariables(environ []string) []VariableValue {
	var values []VariableValue
	for _, e := range environ {
		key, raw, _ := strings.Cut(e, "=")
		name, ok := strings.CutPrefix(key, environmentPrefix)
		if !ok || name == "" {
			continue
		}
		values = append(values, VariableValue{Name: name, Raw: raw, Origin: OriginEnvironment, Source: key})
	}
	slices.SortStableFunc(values, func(a, b VariableValue) int { return strings.Compare(a.Name, b.Name) })
	return values
}
