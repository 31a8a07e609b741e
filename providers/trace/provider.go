package trace

import (
	"context"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// Provider serves the blocks dynamic_debug and tracepoint. The zero value is
// ready.
type Provider struct{}

var _ provider.Provider = Provider{}

// Types implements provider.Provider.
func (Provider) Types() []string { return []string{"dynamic_debug", "tracepoint"} }

// Propose implements provider.Provider.
func (Provider) Propose(ctx context.Context, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	s := &session{req: req, live: map[string]*planner.State{}}
	var answer provider.Answer
	for _, r := range req.Resources {
		b := &block{session: s, resource: r, out: provider.Proposal(r)}
		if r.Type == "dynamic_debug" {
			b.debug(ctx)
		} else {
			b.tracepoint(ctx)
		}
		answer.Proposals = append(answer.Proposals, b.out)
	}
	answer.Findings, answer.Live = s.findings, s.live
	return answer, s.diags
}

// session is one Propose.
type session struct {
	req      provider.Request
	control  *control                  // read once, for the first dynamic_debug block
	live     map[string]*planner.State // of debug messages, which are listed all at once
	findings []planner.Finding
	diags    hcl.Diagnostics
}

// block is a resource that is being answered.
type block struct {
	*session
	resource *schema.Resource
	out      planner.Proposal
}

func (b *block) place(attribute string) *hcl.Range {
	if a, set := b.resource.Attrs[attribute]; set {
		return a.Range.Ptr()
	}
	return b.resource.Range.Ptr()
}

func (b *block) refuse(attribute, summary, detail string) {
	b.diags = append(b.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: b.place(attribute)})
}

func (b *block) find(attribute string, severity planner.Severity, code, summary, detail string) {
	b.findings = append(b.findings, planner.Finding{
		Severity: severity, Code: code, Summary: summary, Detail: detail, Address: b.resource.Address, Subject: b.place(attribute),
	})
}
