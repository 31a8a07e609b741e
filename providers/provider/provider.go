package provider

import (
	"context"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

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

// DataSource is a provider that answers data blocks too.
type DataSource interface {
	// DataTypes are the kinds of data block it answers.
	DataTypes() []string

	// ReadData answers one data block with an object of the type that
	// schema.DataTypes gives for its kind. config holds the block's arguments.
	ReadData(ctx context.Context, q Query) (cty.Value, error)
}

// Request is what a provider gets to work from.
type Request struct {
	Host  host.Host
	Facts planner.Facts
	// Resources of the provider's types, sorted by address.
	Resources []*schema.Resource
	// All are the resources of every type, for what one says about another.
	All []*schema.Resource
	// Managed is what ctplan owns already; read only.
	Managed planner.Managed
	// SSHConnection is the operator's own connection, as the environment
	// variable SSH_CONNECTION gives it; empty where there is none.
	SSHConnection string
	// StateDir is where the state is kept, as a boot of the host would find
	// it; empty means the default.
	StateDir string
}

// Query is one data block.
type Query struct {
	Host  host.Host
	Facts planner.Facts
	// Type is the kind of data block, Config its arguments.
	Type   string
	Config map[string]cty.Value
}

// Answer is what a provider found out.
type Answer struct {
	Proposals []planner.Proposal
	Findings  []planner.Finding
	// Live is the state of targets that Propose has read anyway, by
	// planner.Target.ID, so that the plan need not read them again.
	Live map[string]*planner.State
}
