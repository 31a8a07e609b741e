package view

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// address is a resource address taken apart.
type address struct {
	full   string
	module string // "module.web", or "" for the root
	typ    string
	name   string
	key    string
	hasKey bool
	config string // the address without the key: the block it comes from
}

// parseAddress takes an address apart. Addresses in a plan are well formed;
// of anything else the parts that can be told are filled in.
func parseAddress(s string) address {
	a := address{full: s, config: s}
	trav, diags := hclsyntax.ParseTraversalAbs([]byte(s), "", hcl.InitialPos)
	if diags.HasErrors() {
		a.typ, a.name, _ = strings.Cut(s, ".")
		return a
	}
	rest := trav
	for len(rest) > 3 && stepName(rest[0]) == "module" {
		n := 2
		if _, ok := rest[2].(hcl.TraverseIndex); ok {
			n = 3
		}
		rest = rest[n:]
	}
	if len(rest) < len(trav) {
		a.module = s[:rest[0].SourceRange().Start.Byte]
	}
	a.typ = stepName(rest[0])
	if len(rest) > 1 {
		a.name = stepName(rest[1])
	}
	if len(rest) > 2 {
		if ix, ok := rest[2].(hcl.TraverseIndex); ok && ix.Key.Type() == cty.String {
			a.key, a.hasKey = ix.Key.AsString(), true
			a.config = s[:ix.SrcRange.Start.Byte]
		}
	}
	return a
}

func stepName(t hcl.Traverser) string {
	switch t := t.(type) {
	case hcl.TraverseRoot:
		return t.Name
	case hcl.TraverseAttr:
		return t.Name
	}
	return ""
}

// block is the header of the resource's block in a plan.
func (a address) block() string { return clean(a.typ) + " " + quote(a.name) }
