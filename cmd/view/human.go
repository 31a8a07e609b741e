package view

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
)

// Human is the view for people. Plans and warnings go to standard output,
// errors to standard error.
type Human struct {
	Out, Err *Output
	Sources  Sources
	// CompactWarnings shows warnings by their summaries only.
	CompactWarnings bool

	track *tracker
}

var _ View = (*Human)(nil)

// Diagnostics implements View.
func (h *Human) Diagnostics(diags []Diagnostic) {
	var warnings []Diagnostic
	for _, d := range diags {
		if d.Severity == planner.SeverityWarning && h.CompactWarnings {
			warnings = append(warnings, d)
			continue
		}
		out := h.Out
		if d.Severity == planner.SeverityError {
			out = h.Err
		}
		p := out.page()
		p.diagnostic(d, h.Sources)
		p.flush()
	}
	h.compact(warnings)
}

// compact lists warnings by their summaries.
func (h *Human) compact(warnings []Diagnostic) {
	if len(warnings) == 0 {
		return
	}
	p := h.Out.page()
	defer p.flush()
	p.blank()
	p.line(in(yellow, "Warnings:"))
	p.blank()
	for _, d := range warnings {
		p.line(text("- " + clean(d.Summary)))
		if d.Subject != nil {
			p.text(fmt.Sprintf("  on %s line %d", clean(d.Subject.Filename), d.Subject.Start.Line))
		}
	}
	p.blank()
	p.text("To see them in full, run without -compact-warnings.")
}

// Plan implements View.
func (h *Human) Plan(plan *planner.Plan, opts PlanOptions) { PlanText(h.Out, plan, opts) }

// Drift implements View.
func (h *Human) Drift(plan *planner.Plan, opts PlanOptions) { DriftText(h.Out, plan, opts) }

// Begin implements View.
func (h *Human) Begin(plan *planner.Plan) { h.track = newTracker(plan) }

// Progress implements View.
func (h *Human) Progress(e apply.Event) {
	if h.track == nil {
		return
	}
	p := h.Out.page()
	defer p.flush()
	for _, k := range h.track.hooks(e) {
		p.hook(k)
	}
}

// verbs are Terraform's words for what becomes of a resource.
var verbs = map[planner.Action]struct{ doing, done string }{
	planner.ActionCreate: {"Creating...", "Creation complete"},
	planner.ActionUpdate: {"Modifying...", "Modifications complete"},
	planner.ActionDelete: {"Destroying...", "Destruction complete"},
}

func (p *page) hook(k hook) {
	verb, known := verbs[k.change.Action]
	if !known {
		verb = verbs[planner.ActionUpdate] // a file that the resource shares
	}
	subject := clean(k.subject)
	switch k.kind {
	case hookStart:
		l := in(bold, subject+": "+verb.doing)
		if n := differing(k.change); n > 0 && k.change.Action == planner.ActionUpdate {
			l = l.add(" [" + count(n, "attribute") + "]")
		}
		p.line(l)
	case hookComplete:
		l := in(bold, subject+": "+verb.done+" after "+elapsed(k.elapsed)).add(" [verified]")
		if k.note != "" {
			l = l.add(" (" + clean(k.note) + ")")
		}
		p.line(l)
	case hookErrored, hookVerify:
		p.line(in(boldRed, subject+": Failed after "+elapsed(k.elapsed)))
	case hookUndoStart:
		p.blank()
		p.line(in(bold, "Rolling back "+count(k.total, "operation")+"..."))
	case hookUndone:
		p.line(in(bold, subject+": Restored after "+elapsed(k.elapsed)).add(" [verified]"))
	case hookUndoErrored:
		p.line(in(boldRed, subject+": Could not be restored: "+clean(k.err.Error())))
	case hookReload:
		p.reload(subject, k)
	case hookUndoneAltogether:
	}
}

// reload tells how a service took the files that were written for it.
func (p *page) reload(service string, k hook) {
	switch {
	case k.err != nil:
		p.line(in(boldRed, service+": Failed after "+elapsed(k.elapsed)))
	case k.note != "":
		p.line(in(bold, service+": Not restarted").add(" (" + clean(k.note) + ")"))
	default:
		p.line(in(bold, service+": Restarted after "+elapsed(k.elapsed)))
	}
}

func differing(c planner.Change) int {
	n := 0
	for _, a := range c.Attributes {
		if !a.Same && !a.Ignored {
			n++
		}
	}
	return n
}

// elapsed writes a duration in the unit that fits.
func elapsed(d time.Duration) string {
	if d > 0 && d < 10*time.Millisecond {
		return d.Round(100 * time.Microsecond).String()
	}
	if d < time.Second {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return d.Round(100 * time.Millisecond).String()
}

func isVerify(err error) bool {
	var v *apply.VerifyError
	return errors.As(err, &v)
}

// Saved implements View.
func (h *Human) Saved(file string) {
	p := h.Out.page()
	defer p.flush()
	p.blank()
	p.text(savedText(file))
}

func savedText(file string) string {
	file = clean(file)
	return fmt.Sprintf("Saved the plan to %s. To perform exactly these actions, run: ctplan apply %s", file, file)
}

// Note implements View.
func (h *Human) Note(s string) {
	p := h.Out.page()
	defer p.flush()
	for _, l := range wrap(s, h.Out.width()) {
		p.text(l)
	}
}

// Outcome implements View.
func (h *Human) Outcome(o Outcome) {
	p := h.Out.page()
	if o.Result != Applied && o.Result != Undone {
		p = h.Err.page()
	}
	defer p.flush()
	p.blank()
	switch o.Result {
	case Applied:
		p.line(in(boldOK, appliedText(o)))
	case Undone:
		p.line(in(boldOK, "Rollback complete!").add(" The host is as it was before that run" + snapshot(o.Serial) + "."))
	case RolledBack:
		p.line(in(bold, title(o.Mode)+" failed.").add(" All changes were rolled back; the host is as it was before" + snapshot(o.Serial) + "."))
	case Stopped:
		p.prose(0, plain, title(o.Mode)+" was stopped in the middle. What was done so far is in the journal: "+
			"undo it with `ctplan rollback`, or finish it with `ctplan apply -resume`.")
	case Incomplete:
		p.line(in(boldRed, title(o.Mode)+" failed, and the rollback is incomplete."))
		p.residues(o.Residues)
	}
}

func snapshot(serial uint64) string {
	if serial == 0 {
		return ""
	}
	return fmt.Sprintf(" (snapshot %d)", serial)
}

func title(m planner.Mode) string {
	switch m {
	case planner.ModeDestroy:
		return "Destroy"
	case planner.ModeRollback:
		return "Rollback"
	case planner.ModeNormal:
	}
	return "Apply"
}

func appliedText(o Outcome) string {
	add, change, destroy, forget := o.Plan.Counts()
	var parts []string
	if o.Mode != planner.ModeDestroy {
		parts = append(parts, fmt.Sprintf("%d added, %d changed", add, change))
	}
	parts = append(parts, fmt.Sprintf("%d destroyed", destroy))
	if forget > 0 {
		parts = append(parts, fmt.Sprintf("%d forgotten", forget))
	}
	return title(o.Mode) + " complete! Resources: " + strings.Join(parts, ", ") + "."
}

// residues lists what is left, with what should be there.
func (p *page) residues(residues []apply.Residue) {
	p.blank()
	for _, r := range residues {
		p.text("  " + clean(r.Target.String()))
		p.text("      is        " + stateText(r.Target, r.Got))
		p.text("      should be " + stateText(r.Target, r.Want))
		if r.Err != nil {
			p.prose(6, plain, "because   "+clean(r.Err.Error()))
		}
	}
	if len(residues) > 0 {
		p.blank()
	}
	p.prose(0, plain, "The journal is kept. Once the cause is removed, run `ctplan rollback` to finish.")
}

func stateText(t planner.Target, s *planner.State) string {
	switch {
	case s == nil:
		return "absent"
	case t.Kind == planner.KindSysctl:
		return clean(s.Data)
	}
	return fmt.Sprintf("a file of %s, mode %04o", count(len(s.Data), "byte"), s.Mode)
}
