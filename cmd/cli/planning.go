package cli

import (
	"context"
	"fmt"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/providers"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/state"
)

// request is what a plan is to be made of.
type request struct {
	mode      planner.Mode
	path      string
	variables variableFlags
	selection selection
	risks     risks
}

// planned is a plan and what it was made of.
type planned struct {
	plan   *planner.Plan
	config *schema.Configuration
	// options are those of the evaluation, for postconditions.
	options schema.Options
	// warnings are what the configuration has to say; the plan has its own
	// findings.
	warnings []view.Diagnostic
}

// lookAndPlan makes a plan for a command that changes nothing: the state is
// read under a shared lock, so that no apply is half way.
func (a *app) lookAndPlan(ctx context.Context, v view.View, command string, req request) (*planned, error) {
	h, err := a.openHost()
	if err != nil {
		return nil, err
	}
	defer h.Close()
	dir := a.stateDirectory()
	lock, err := a.lock(ctx, dir, state.Shared, command, v)
	if err != nil {
		return nil, err
	}
	defer lock.Unlock()
	now, err := readState(dir)
	if err != nil {
		return nil, err
	}
	return a.makePlan(ctx, h, now, req)
}

// makePlan goes the whole way from files to a plan. Everything that is wrong
// with the configuration is in one error.
func (a *app) makePlan(ctx context.Context, h Host, now *state.File, req request) (*planned, error) {
	facts, err := h.Facts(ctx)
	if err != nil {
		return nil, err
	}
	if err := sameNetns(now, facts); err != nil {
		return nil, err
	}
	in := planner.Input{
		Mode: req.mode, Version: a.Build.Version, Now: a.Now(), Facts: facts,
		Lineage: now.Lineage, Serial: now.Serial, Managed: now.Managed,
	}
	out := &planned{}
	if req.mode != planner.ModeDestroy {
		if err := a.configure(ctx, h, &in, out, req); err != nil {
			return nil, err
		}
	}
	if in.Select, err = req.selection.function(in.Proposals, in.Managed); err != nil {
		return nil, err
	}
	if in.Live, err = apply.ReadAll(ctx, h, planner.Targets(in.Proposals, in.Managed), in.Live); err != nil {
		return nil, err
	}
	out.plan = planner.Build(in)
	return out, nil
}

// sameNetns refuses the state of another network namespace: what was found
// there would be restored here, and forgotten there.
func sameNetns(now *state.File, facts planner.Facts) error {
	if now.Lineage == "" || now.Host.SameNetns(facts) {
		return nil
	}
	return &failure{
		summary: "State of another network namespace",
		detail: fmt.Sprintf("The state is that of %s, and this run is about %s. Choose the namespace with -netns, or another state directory with -state-dir.",
			now.Host.Netns(), facts.Netns()),
	}
}

// configure evaluates the configuration and asks the providers.
func (a *app) configure(ctx context.Context, h Host, in *planner.Input, out *planned, req request) error {
	src, err := a.configSource(req.path)
	if err != nil {
		return err
	}
	cfg, diags := schema.Load(src.fs, schema.WithVersion(a.Build.Version))
	a.addSources(cfg.Files, cfg.Sources)
	values, more, err := a.variables(cfg, req.variables)
	if err != nil {
		return err
	}
	diags = append(diags, more...)
	out.config = cfg
	out.options = schema.Options{Variables: values, Data: providers.NewData(h, in.Facts)}
	evaluated, more := cfg.Evaluate(ctx, out.options)
	diags = schema.MergeDiagnostics(diags, more)
	if diags.HasErrors() {
		return &diagnosed{fromHCL(diags)}
	}
	answer, more := providers.Propose(ctx, provider.Request{
		Host: h, Facts: in.Facts, Resources: evaluated.Resources, Managed: in.Managed,
		SSHConnection: a.getenv("SSH_CONNECTION"), StateDir: a.bootState(),
	})
	diags = schema.MergeDiagnostics(diags, more)
	if diags.HasErrors() {
		return &diagnosed{fromHCL(diags)}
	}
	out.warnings = fromHCL(diags)
	in.Proposals, in.Findings, in.Live = answer.Proposals, answer.Findings, answer.Live
	req.risks.accept(in.Findings)
	return describe(in, src.dir, evaluated)
}
