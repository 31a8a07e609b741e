package schema

import (
	"context"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// ConsoleFile is the file name in the ranges of expressions given to Eval.
const ConsoleFile = "<console>"

// Eval evaluates one expression in the root module, for the console. Only
// what the expression refers to is evaluated, so that it works in a
// configuration that has mistakes elsewhere.
func (c *Configuration) Eval(ctx context.Context, opts Options, expr string) (cty.Value, hcl.Diagnostics) {
	if d := checkLimits(ConsoleFile, []byte(expr)); d != nil {
		return cty.DynamicVal, hcl.Diagnostics{d}
	}
	parsed, diags := hclsyntax.ParseExpression([]byte(expr), ConsoleFile, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.DynamicVal, MergeDiagnostics(diags)
	}
	e := c.evaluator(ctx, opts)
	r := e.root.value(parsed, e.root.inherited())
	return r.value, MergeDiagnostics(e.diags)
}
