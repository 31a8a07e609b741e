package sysctl

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/schema"
)

// parameter is one kernel parameter that a resource sets.
type parameter struct {
	address string
	name    string // of the attribute
	path    string // under /proc/sys
	where   hcl.Range
	table   *schema.Attribute // its row in the schema

	// wanted is the value as configured; want what the kernel shows once it
	// is written, and live what it shows now.
	wanted, want, live string
	// awaits is the module that the plan loads and that brings the
	// parameter, which does not exist yet; or empty.
	awaits string
	// note says how want comes from wanted where they differ.
	note string
	// step is what the kernel rounds the value up to a multiple of; 0 means
	// that it takes it as it is.
	step int64
}

// The paths that the provider knows more of than the schema does.
const (
	pathMax        = "net/netfilter/nf_conntrack_max"
	pathBuckets    = "net/netfilter/nf_conntrack_buckets"
	pathExpectMax  = "net/netfilter/nf_conntrack_expect_max"
	pathCount      = "net/netfilter/nf_conntrack_count"
	pathEvents     = "net/netfilter/nf_conntrack_events"
	pathLogInvalid = "net/netfilter/nf_conntrack_log_invalid"
)

// declare lists the parameters of a resource, in the order of its table.
func declare(r *schema.Resource) (*declared, hcl.Diagnostics) {
	d := &declared{resource: r, persist: true}
	if persist, set := r.Bool("persist"); set {
		d.persist = persist
	}
	table := schema.LookupType(r.Type)
	if r.Type == "sysctl" {
		p, diags := declareSysctl(r, table)
		if p != nil {
			d.parameters = append(d.parameters, p)
		}
		return d, diags
	}
	for i := range table.Attributes {
		row := &table.Attributes[i]
		attr, set := r.Attrs[row.Name]
		if row.Key == "" || !set {
			continue
		}
		d.parameters = append(d.parameters, &parameter{
			address: r.Address,
			name:    row.Name,
			path:    bootconf.PathOf(row.Key),
			where:   attr.Range,
			table:   row,
			wanted:  row.KernelValue(attr.Value),
		})
	}
	return d, nil
}

// declareSysctl reads a sysctl block. Its key becomes part of paths and of
// files, so what could leave /proc/sys or break a line is refused.
func declareSysctl(r *schema.Resource, table *schema.BlockType) (*parameter, hcl.Diagnostics) {
	key, value := r.Attrs["key"], r.Attrs["value"]
	name, _ := r.String("key")
	p := &parameter{
		address: r.Address,
		name:    "value",
		path:    bootconf.PathOf(name),
		where:   value.Range,
		table:   table.Attribute("value"),
	}
	p.wanted = fields(p.table.KernelValue(value.Value))
	if !bootconf.ValidPath(p.path) {
		return nil, hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "Invalid kernel parameter",
			Detail:   fmt.Sprintf("%q does not name a parameter under /proc/sys. Write it like \"net.ipv4.ip_forward\".", name),
			Subject:  key.Range.Ptr(),
		}}
	}
	if strings.ContainsFunc(p.wanted, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return nil, hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "Invalid value for a kernel parameter",
			Detail:   "The value holds a control character. A parameter is one line of text.",
			Subject:  value.Range.Ptr(),
		}}
	}
	return p, nil
}

// key is the parameter's name as sysctl(8) prints it.
func (p *parameter) key() string { return planner.SysctlKey(p.path) }

// display is a raw value in the attribute's own type, for people and policies.
func (p *parameter) display(raw string) any { return p.table.FromKernel(fields(raw)) }

// becomes reports whether a value, written to the kernel, comes out as the
// wanted one.
func (p *parameter) becomes(value string) bool {
	return equal(roundUp(value, p.step), p.want)
}

// pathLwtunnel turns hooks on for good. Source: kernel,
// net/netfilter/nf_hooks_lwtunnel.c.
const pathLwtunnel = "net/netfilter/nf_hooks_lwtunnel"

// irreversible says why a change of the parameter cannot be undone, or is empty.
func (p *parameter) irreversible() string {
	if p.path == pathLwtunnel && equal(p.want, "1") {
		return p.key() + " cannot be switched off again before the next boot"
	}
	return p.table.Irreversible
}

// setting is what the running kernel is to hold.
func (p *parameter) setting() planner.Setting {
	phase := planner.PhaseSysctl
	switch bootconf.Canonical(p.path) {
	case pathMax, pathBuckets, pathExpectMax:
		phase = planner.PhaseSize
	}
	return planner.Setting{
		Layer:        planner.Runtime,
		Target:       planner.Sysctl(p.path),
		Phase:        phase,
		Attribute:    p.name,
		State:        planner.Value(p.want),
		Irreversible: p.irreversible(),
	}
}

// runtime is the attribute in the running kernel.
func (p *parameter) runtime() planner.AttributeValue {
	var before any
	if p.awaits == "" {
		before = p.display(p.live)
	}
	return planner.AttributeValue{
		Name:      p.name,
		Layer:     planner.Runtime,
		Before:    before,
		After:     p.display(p.want),
		Same:      equal(p.live, p.want),
		Key:       p.key(),
		Unit:      p.table.Unit,
		AfterNote: p.note,
	}
}

// refuseTwice reports parameters that two resources set, perhaps under
// different names.
func (s *session) refuseTwice(resources []*declared) {
	first := map[string]*parameter{}
	for _, d := range resources {
		for _, p := range d.parameters {
			id := bootconf.Canonical(p.path)
			other, taken := first[id]
			if !taken {
				first[id] = p
				continue
			}
			s.refuse(p, "Kernel parameter is set twice", fmt.Sprintf(
				"%s sets %s, and %s at %s sets %s, which is the same parameter. Keep one of them.",
				p.address, p.key(), other.address, other.where, other.key()))
		}
	}
}
