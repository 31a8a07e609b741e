package sysctl

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// Provider serves the blocks conntrack and sysctl. The zero value is ready.
type Provider struct{}

var (
	_ provider.Provider   = Provider{}
	_ provider.DataSource = Provider{}
)

// Types implements provider.Provider.
func (Provider) Types() []string { return []string{"conntrack", "sysctl"} }

// Propose implements provider.Provider. Every parameter is read once,
// however many blocks and checks look at it.
func (Provider) Propose(ctx context.Context, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	s := &session{req: req, live: newReader(req.Host)}
	resources := make([]*declared, len(req.Resources))
	for i, r := range req.Resources {
		d, diags := declare(r)
		s.diags = append(s.diags, diags...)
		resources[i] = d
	}
	s.refuseTwice(resources)
	for _, d := range resources {
		s.readLive(ctx, d)
	}
	if s.diags.HasErrors() {
		return provider.Answer{}, s.diags
	}
	if err := s.readBoot(ctx, resources); err != nil {
		s.fail(err)
		return provider.Answer{}, s.diags
	}
	answer := provider.Answer{Proposals: make([]planner.Proposal, len(resources))}
	for i, d := range resources {
		answer.Proposals[i] = s.propose(d)
	}
	s.lint(ctx, resources, answer.Proposals)
	answer.Findings = s.findings
	return answer, s.diags
}

// session is one Propose.
type session struct {
	req  provider.Request
	live *reader
	boot *boot // nil where nothing persists
	// coming are the modules that are not there and that the same
	// configuration loads; nil until somebody asks.
	coming   map[string]bool
	mounted  bool // whether the mount of /proc/sys has been looked at
	findings []planner.Finding
	diags    hcl.Diagnostics
}

// declared is one resource and the parameters that it sets.
type declared struct {
	resource   *schema.Resource
	persist    bool
	parameters []*parameter
	// modules that have to be loaded before the boot layer takes effect.
	modules []string
	notes   []string
}

// fail reports an error that is about no particular attribute.
func (s *session) fail(err error) {
	s.diags = append(s.diags, &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "The host cannot be read",
		Detail:   fmt.Sprintf("While reading what the next boot will bring: %v.", err),
	})
}

// refuse reports an attribute that cannot be had on this host.
func (s *session) refuse(p *parameter, summary, detail string) {
	s.diags = append(s.diags, schema.WithAddress(p.address, hcl.Diagnostics{{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   detail,
		Subject:  p.where.Ptr(),
	}})...)
}

// find adds a finding about an attribute.
func (s *session) find(p *parameter, severity planner.Severity, code, summary, detail string) {
	s.findings = append(s.findings, planner.Finding{
		Severity: severity,
		Code:     code,
		Summary:  summary,
		Detail:   detail,
		Address:  p.address,
		Subject:  p.where.Ptr(),
	})
}

// propose puts together what is known of a resource.
func (s *session) propose(d *declared) planner.Proposal {
	out := provider.Proposal(d.resource)
	out.Exists = true // parameters come and go with the kernel, not with us
	out.Notes = append(out.Notes, d.notes...)
	for _, p := range d.parameters {
		out.Attributes = append(out.Attributes, p.runtime())
		out.Settings = append(out.Settings, p.setting())
	}
	s.proposeBoot(d, &out)
	return out
}
