package providers

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// Propose has every provider compare its resources with the host, and
// answers with one proposal per resource in the order of resources. All
// providers are asked even when one reports errors, so that a run shows every
// mistake at once; with errors the proposals must not be used.
func Propose(ctx context.Context, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	return propose(ctx, All(), req)
}

func propose(ctx context.Context, all []provider.Provider, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	whole := provider.Answer{Live: map[string]*planner.State{}}
	var diags hcl.Diagnostics
	whole.Proposals = make([]planner.Proposal, len(req.Resources))
	served := make([]bool, len(req.Resources))
	for _, p := range all {
		own, places := pick(req.Resources, p.Types())
		if len(own) == 0 {
			continue
		}
		part := req
		part.Resources, part.All = own, req.Resources
		answer, problems := p.Propose(ctx, part)
		diags = append(diags, problems...)
		whole.Findings = append(whole.Findings, answer.Findings...)
		maps.Copy(whole.Live, answer.Live)
		if problems.HasErrors() {
			for _, at := range places {
				served[at] = true
			}
			continue
		}
		for i, at := range places {
			whole.Proposals[at], served[at] = answer.Proposals[i], true
		}
	}
	return whole, append(diags, unserved(req.Resources, served)...)
}

// pick returns the resources of some types and their places in the list.
func pick(resources []*schema.Resource, types []string) (own []*schema.Resource, places []int) {
	for i, r := range resources {
		for _, t := range types {
			if r.Type == t {
				own, places = append(own, r), append(places, i)
			}
		}
	}
	return own, places
}

// unserved refuses resources that no provider knows: the language has a
// block that this build cannot apply.
func unserved(resources []*schema.Resource, served []bool) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, r := range resources {
		if served[i] {
			continue
		}
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError,
			Summary:  "Unsupported block type",
			Detail:   fmt.Sprintf("This version of ctplan can check %s blocks but not apply them. Set enabled = false on %s, or use a version that can.", r.Type, r.Address),
			Subject:  r.Range.Ptr(),
		})
	}
	return diags
}
