package nflog

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/kmod"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// Provider serves the block log_backend. The zero value is ready.
type Provider struct{}

var _ provider.Provider = Provider{}

// Types implements provider.Provider.
func (Provider) Types() []string { return []string{"log_backend"} }

// Propose implements provider.Provider.
func (Provider) Propose(ctx context.Context, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	s := &session{req: req}
	if err := s.read(ctx); err != nil {
		return provider.Answer{}, hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "The host cannot be read", Detail: fmt.Sprintf("While reading which loggers there are: %v.", err),
		}}
	}
	var answer provider.Answer
	for _, r := range req.Resources {
		b := &backend{session: s, resource: r, out: provider.Proposal(r), persist: true}
		b.out.Exists = true // the slots of a namespace are always there
		if persist, set := r.Bool("persist"); set {
			b.persist = persist
		}
		b.propose(ctx)
		answer.Proposals = append(answer.Proposals, b.out)
	}
	s.checkBoundByLoad()
	answer.Findings = s.findings
	return answer, s.diags
}

// session is one Propose.
type session struct {
	req     provider.Request
	inv     *kmod.Inventory
	wishes  *kmod.Wishes
	loggers map[int][]string // by family
	boot    *boot            // nil where nothing persists
	// loads are the modules that the plan loads; freed the blocks that want
	// no logger where none is bound now.
	loads    map[string]bool
	freed    []*backend
	findings []planner.Finding
	diags    hcl.Diagnostics
}

func (s *session) read(ctx context.Context) error {
	var err error
	if s.inv, err = kmod.ReadInventory(ctx, s.req.Host, s.req.Facts); err != nil {
		return err
	}
	s.wishes, s.loads = s.inv.ReadWishes(s.req.All), map[string]bool{}
	if s.loggers, err = readLoggers(ctx, s.req.Host); err != nil {
		return fmt.Errorf("%s: %w", loggersFile, err)
	}
	if s.req.Facts.Boots() {
		s.boot, err = readBoot(ctx, s.req.Host)
	}
	return err
}

// backend is one log_backend block.
type backend struct {
	*session
	resource *schema.Resource
	out      planner.Proposal
	persist  bool
	name     string // of the logger, as the kernel has it
	module   string // that brings it
}

func (b *backend) place(attribute string) *hcl.Range {
	if a, set := b.resource.Attrs[attribute]; set {
		return a.Range.Ptr()
	}
	return b.resource.Range.Ptr()
}

func (b *backend) refuse(attribute, summary, detail string) {
	b.diags = append(b.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: b.place(attribute)})
}

func (b *backend) find(attribute string, severity planner.Severity, code, summary, detail string) {
	b.findings = append(b.findings, planner.Finding{
		Severity: severity, Code: code, Summary: summary, Detail: detail, Address: b.resource.Address, Subject: b.place(attribute),
	})
}
