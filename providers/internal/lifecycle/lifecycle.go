// Package lifecycle takes a configuration through plan, apply and destroy on
// a host with a state directory of its own, for tests that look at what is
// left on the host.
package lifecycle

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/providers"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/state"
)

// Run is one host with its state.
type Run struct {
	t   testing.TB
	h   host.Host
	dir *state.Dir
}

// New returns a host that ctplan has not touched.
func New(t testing.TB, h host.Host) *Run {
	return &Run{t: t, h: h, dir: state.Open(t.TempDir())}
}

// Resources evaluates a configuration.
func Resources(t testing.TB, source string) []*schema.Resource {
	t.Helper()
	loaded, diags := schema.Load(fstest.MapFS{"main.ctplan.hcl": {Data: []byte(source)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	config, diags := loaded.Evaluate(context.Background(), schema.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return config.Resources
}

// Propose asks all providers.
func (r *Run) Propose(source string) (provider.Answer, hcl.Diagnostics) {
	r.t.Helper()
	ctx := context.Background()
	facts, err := r.h.Facts(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	return providers.Propose(ctx, provider.Request{Host: r.h, Facts: facts, Resources: Resources(r.t, source), Managed: r.managed()})
}

func (r *Run) managed() planner.Managed {
	now, err := r.dir.Read()
	if err != nil {
		r.t.Fatal(err)
	}
	return now.Managed
}

// Plan plans a configuration; "" plans to destroy everything.
func (r *Run) Plan(source string) *planner.Plan {
	r.t.Helper()
	ctx := context.Background()
	facts, err := r.h.Facts(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	now, err := r.dir.Read()
	if err != nil {
		r.t.Fatal(err)
	}
	in := planner.Input{Mode: planner.ModeNormal, Version: "test", Now: time.Unix(0, 0), Facts: facts,
		Lineage: now.Lineage, Serial: now.Serial, Managed: now.Managed}
	if source == "" {
		in.Mode = planner.ModeDestroy
	} else {
		answer, diags := r.Propose(source)
		if diags.HasErrors() {
			r.t.Fatal(diags)
		}
		in.Proposals, in.Findings, in.Live = answer.Proposals, answer.Findings, answer.Live
	}
	in.Live, err = apply.ReadAll(ctx, r.h, planner.Targets(in.Proposals, in.Managed), in.Live)
	if err != nil {
		r.t.Fatal(err)
	}
	return planner.Build(in)
}

// Try plans and applies on another view of the same host, such as a faulty one.
func (r *Run) Try(h host.Host, source string) error {
	r.t.Helper()
	plan := r.Plan(source)
	for _, f := range plan.Findings {
		if f.Severity == planner.SeverityError {
			r.t.Fatalf("%s: %s\n%s", f.Address, f.Summary, f.Detail)
		}
	}
	t := apply.Transaction{Host: h, State: r.dir, Command: "apply", Who: "test", Version: "test", Now: time.Now}
	return t.Run(context.Background(), plan)
}

// Apply plans and applies, and requires that a second plan finds nothing to do.
func (r *Run) Apply(source string) {
	r.t.Helper()
	if err := r.Try(r.h, source); err != nil {
		r.t.Fatalf("apply: %v", err)
	}
	if source == "" {
		return
	}
	if again := r.Plan(source); again.HasChanges() || len(again.Operations) > 0 {
		r.t.Errorf("the second plan has changes:\n%s", Text(again))
	}
}

// Destroy takes everything back.
func (r *Run) Destroy() {
	r.t.Helper()
	r.Apply("")
}

// Text is a plan for golden files and messages.
func Text(p *planner.Plan) string {
	var out strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&out, "%s %s\n", c.Action, c.Address)
		for _, a := range c.Attributes {
			mark := "~"
			if a.Same {
				mark = " "
			}
			fmt.Fprintf(&out, "  %s %s %s: %v -> %v%s%s\n", mark, a.Layer, a.Name, a.Before, a.After, note(a.BeforeNote, "from"), note(a.AfterNote, "to"))
		}
		for _, n := range c.Notes {
			fmt.Fprintf(&out, "  note: %s\n", n)
		}
	}
	for _, f := range p.Findings {
		fmt.Fprintf(&out, "%s %s %s: %s\n  %s\n", f.Severity, f.Code, f.Address, f.Summary, f.Detail)
	}
	for _, op := range p.Operations {
		fmt.Fprintf(&out, "%d %s\n", op.Phase, op)
	}
	return out.String()
}

func note(text, what string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf(" [%s: %s]", what, text)
}
