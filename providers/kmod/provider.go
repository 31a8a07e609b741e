package kmod

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// Provider serves the blocks kernel_module and module_blacklist. The zero
// value is ready.
type Provider struct{}

var _ provider.Provider = Provider{}

// Types implements provider.Provider.
func (Provider) Types() []string { return []string{"kernel_module", "module_blacklist"} }

// Propose implements provider.Provider.
func (Provider) Propose(ctx context.Context, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	s := &session{req: req}
	inv, err := ReadInventory(ctx, req.Host, req.Facts)
	if err != nil {
		return provider.Answer{}, hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "The host's modules cannot be read",
			Detail:   fmt.Sprintf("While reading which modules there are: %v.", err),
		}}
	}
	s.inv, s.wishes = inv, inv.ReadWishes(req.All)
	var answer provider.Answer
	for _, r := range req.Resources {
		p := provider.Proposal(r)
		if r.Type == "kernel_module" {
			s.proposeModule(ctx, r, &p)
		} else {
			s.proposeBlacklist(ctx, r, &p)
		}
		answer.Proposals = append(answer.Proposals, p)
	}
	s.refuseTwice()
	if err := ctx.Err(); err != nil && !s.diags.HasErrors() {
		s.diags = append(s.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Interrupted", Detail: err.Error() + "."})
	}
	s.checkOwnFile(ctx, answer.Proposals)
	answer.Findings = s.findings
	return answer, s.diags
}

// session is one Propose.
type session struct {
	req      provider.Request
	inv      *Inventory
	wishes   *Wishes
	findings []planner.Finding
	diags    hcl.Diagnostics
}

// place is where an attribute, or else its block, stands.
func place(r *schema.Resource, attribute string) *hcl.Range {
	if a, set := r.Attrs[attribute]; set {
		return a.Range.Ptr()
	}
	return r.Range.Ptr()
}

// refuse reports what cannot be had on this host.
func (s *session) refuse(r *schema.Resource, attribute, summary, detail string) {
	s.diags = append(s.diags, &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: place(r, attribute),
	})
}

func (s *session) find(r *schema.Resource, attribute string, severity planner.Severity, code, summary, detail string) {
	s.findings = append(s.findings, planner.Finding{
		Severity: severity, Code: code, Summary: summary, Detail: detail, Address: r.Address, Subject: place(r, attribute),
	})
}

// refuseTwice reports modules that two kernel_module blocks declare, perhaps
// by different names.
func (s *session) refuseTwice() {
	first := map[string]*schema.Resource{}
	for _, r := range s.req.Resources {
		if r.Type != "kernel_module" {
			continue
		}
		name, _ := r.String("module")
		module := s.inv.Resolve(name)
		other, taken := first[module]
		if !taken {
			first[module] = r
			continue
		}
		s.refuse(r, "module", "Module is declared twice", fmt.Sprintf(
			"%s declares module %s, which %s at %s declares already. Keep one of them.", r.Address, module, other.Address, other.Range))
	}
}

// checkOwnFile reports a modprobe.d file of ctplan's name that ctplan did not
// write, if the file is needed.
func (s *session) checkOwnFile(ctx context.Context, proposals []planner.Proposal) {
	target := planner.FileTarget(ModprobeFile)
	needed := false
	for _, p := range proposals {
		for _, setting := range p.Settings {
			needed = needed || setting.Target == target
		}
	}
	if _, owned := s.req.Managed.Originals[target.ID()]; owned || !needed {
		return
	}
	if f := ForeignFile(ctx, s.req.Host, ModprobeFile); f != nil {
		s.findings = append(s.findings, *f)
	}
}
