package schema

import (
	"context"
	"io/fs"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// CONTRACT (to be moved into the files that implement it; this file goes away)

// Configuration is a parsed directory: syntax and structure are checked, no
// expression has been evaluated.
type Configuration struct {
	// Files by name relative to the directory, for snippets in diagnostics
	// and for saved plans.
	Files map[string]*hcl.File
	// Sources is the bytes of every file that was read, variable files included.
	Sources map[string][]byte
	// unexported: root *module etc.
}

// Load parses all *.ctplan.hcl and *.ctplan.json in fsys, local modules
// included. fsys is os.DirFS of the configuration directory, or the files
// inside a saved plan.
func Load(fsys fs.FS) (*Configuration, hcl.Diagnostics) { panic("contract") }

// DataReader answers data blocks. A nil DataReader makes every data value
// unknown: what depends on it is checked only as far as its type.
type DataReader interface {
	// ReadData returns the object of one data block. config holds the
	// block's own attributes. Attribute names and types are those of the
	// DataTypes table.
	ReadData(ctx context.Context, typ string, config map[string]cty.Value) (cty.Value, error)
}

// Options of Evaluate.
type Options struct {
	// Variables given from outside, lowest precedence first: later ones win.
	Variables []VariableValue
	Data      DataReader
}

// VariableValue is a variable's value from the environment, a file or a flag.
type VariableValue struct {
	Name   string
	Expr   hcl.Expression // or a cty value wrapped by hcl.StaticExpr
	Raw    string         // -var and environment: text, parsed according to the variable's type
	Source string         // "-var", "CTPLAN_VAR_x", file name: for messages; undeclared: env silent, file warning, -var error
	Range  hcl.Range
}

// Config is a fully evaluated configuration.
type Config struct {
	Resources []*Resource // sorted by address
	Outputs   map[string]Output
	Checks    []CheckResult
	Moved     []Moved
	Removed   []Removed
	Variables map[string]cty.Value // final values, for saved plans
	Digest    string               // sha256 over sources and variables
}

// Output is a root output value.
type Output struct {
	Value       cty.Value
	Description string
}

// CheckResult is the outcome of one check block's assertion.
type CheckResult struct {
	Name, Status, Message string // pass | fail | unknown
	Range                 hcl.Range
}

// Moved renames an address in the state.
type Moved struct {
	From, To string
	Range    hcl.Range
}

// Removed takes a resource out of the state; Restore false leaves the host as it is.
type Removed struct {
	From    string
	Restore bool
	Range   hcl.Range
}

// Evaluate computes every value and checks it.
func (c *Configuration) Evaluate(ctx context.Context, opts Options) (*Config, hcl.Diagnostics) {
	panic("contract")
}

// Postconditions evaluates the postconditions of the resources with self
// bound to the values read back (address → attribute → value).
func (c *Configuration) Postconditions(ctx context.Context, opts Options, self map[string]map[string]cty.Value) hcl.Diagnostics {
	panic("contract")
}

// Eval evaluates one expression in the root module, for the console.
func (c *Configuration) Eval(ctx context.Context, opts Options, expr string) (cty.Value, hcl.Diagnostics) {
	panic("contract")
}
