package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
)

// parseFiles parses the sources in a plan for the snippets of its findings.
func parseFiles(sources map[string]string) map[string]*hcl.File {
	out := map[string]*hcl.File{}
	for name, text := range sources {
		var file *hcl.File
		if strings.HasSuffix(name, ".json") {
			file, _ = hcljson.Parse([]byte(text), name)
		} else {
			file, _ = hclsyntax.ParseConfig([]byte(text), name, hcl.InitialPos)
		}
		if file != nil {
			out[name] = file
		}
	}
	return out
}

// planVariables are the values that a plan was made with.
func planVariables(p *planner.Plan) ([]schema.VariableValue, error) {
	var out []schema.VariableValue
	for _, name := range slices.Sorted(maps.Keys(p.Config.Variables)) {
		v, err := ctyFromJSON(p.Config.Variables[name])
		if err != nil {
			return nil, fmt.Errorf("variable %s of the saved plan: %w", name, err)
		}
		out = append(out, schema.VariableValue{
			Name: name, Expr: hcl.StaticExpr(v, hcl.Range{Filename: "the saved plan"}),
			Origin: schema.OriginFile, Source: "the saved plan",
		})
	}
	return out, nil
}

// ctyFromJSON reads a value without knowing its type beforehand.
func ctyFromJSON(raw json.RawMessage) (cty.Value, error) {
	typ, err := ctyjson.ImpliedType(raw)
	if err != nil {
		return cty.NilVal, err
	}
	return ctyjson.Unmarshal(raw, typ)
}
