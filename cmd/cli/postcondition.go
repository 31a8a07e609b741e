package cli

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// postconditions returns the check that a transaction ends with: what was
// applied is read back and given to the postconditions of the configuration.
// It is nil where there are none.
func (a *app) postconditions(h Host, made *planned) (func(context.Context) error, error) {
	plan := made.plan
	if !hasPostconditions(plan) {
		return nil, nil
	}
	cfg, options := made.config, made.options
	if cfg == nil {
		values, err := planVariables(plan)
		if err != nil {
			return nil, err
		}
		loaded, diags := schema.Load(planFS(plan.Config.Files), schema.WithVersion(a.Build.Version))
		if diags.HasErrors() {
			return nil, &diagnosed{fromHCL(diags)}
		}
		cfg, options = loaded, schema.Options{Variables: values}
	}
	return func(ctx context.Context) error {
		// What the data blocks say may have changed with the host.
		options.Data = providers.NewData(h, plan.Host)
		evaluated, diags := cfg.Evaluate(ctx, options)
		if diags.HasErrors() {
			return &diagnosed{fromHCL(diags)}
		}
		answer, diags := providers.Propose(ctx, provider.Request{Host: h, Facts: plan.Host, Resources: evaluated.Resources, Managed: plan.Next})
		if diags.HasErrors() {
			return &diagnosed{fromHCL(diags)}
		}
		self, err := readBack(answer.Proposals, plan.Next)
		if err != nil {
			return err
		}
		if diags := cfg.Postconditions(ctx, options, self); diags.HasErrors() {
			return &diagnosed{fromHCL(diags)}
		}
		return nil
	}, nil
}

// hasPostconditions spares most plans a second reading of the host.
func hasPostconditions(p *planner.Plan) bool {
	for _, text := range p.Config.Files {
		if strings.Contains(text, "postcondition") {
			return true
		}
	}
	return false
}

// readBack gives every applied resource the values that the host holds now;
// attributes that the host knows nothing of keep their declared values.
func readBack(proposals []planner.Proposal, owned planner.Managed) (map[string]map[string]cty.Value, error) {
	out := map[string]map[string]cty.Value{}
	for _, p := range proposals {
		if _, applied := owned.Resources[p.Address]; !applied {
			continue
		}
		all := maps.Clone(p.Declared)
		for _, attr := range p.Attributes {
			if attr.Layer == planner.Runtime {
				all[attr.Name] = attr.Before
			}
		}
		values := map[string]cty.Value{}
		for name, v := range all {
			raw, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			if values[name], err = ctyFromJSON(raw); err != nil {
				return nil, err
			}
		}
		out[p.Address] = values
	}
	return out, nil
}
