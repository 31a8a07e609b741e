package providers

import (
	"context"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
)

// Provider serves one or more block types.
type Provider interface {
	// Types are the block types it serves.
	Types() []string

	// Propose reads what it needs of the host and answers with one proposal
	// per resource, in the same order. Diagnostics carry the ranges of the
	// attributes they are about; with errors the proposals are not used.
	Propose(ctx context.Context, req Request) (Answer, hcl.Diagnostics)
}

// Request is what a provider gets to work from.
type Request struct {
	Host  host.Host
	Facts planner.Facts
	// Resources of the provider's types, sorted by address.
	Resources []*schema.Resource
	// Managed is what ctplan owns already; read only.
	Managed planner.Managed
}

// Answer is what a provider found out.
type Answer struct {
	Proposals []planner.Proposal
	Findings  []planner.Finding
}

// DataSource answers data blocks of one type.
type DataSource interface {
	Read(ctx context.Context, h host.Host, facts planner.Facts, config map[string]any) (map[string]any, error)
}
