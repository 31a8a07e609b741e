package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/planner/apply"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/state"
)

// usageError is a mistake on the command line.
type usageError struct{ detail string }

func (e *usageError) Error() string { return e.detail }

// failure is an error with the words to show it in.
type failure struct {
	summary, detail string
	err             error // decides the exit code; may be nil
}

func (e *failure) Error() string { return e.summary + ": " + e.detail }
func (e *failure) Unwrap() error { return e.err }

// diagnosed is an error that consists of diagnostics.
type diagnosed struct{ diags []view.Diagnostic }

func (e *diagnosed) Error() string { return fmt.Sprintf("%d problems", len(e.diags)) }

// fromHCL converts diagnostics of the language packages.
func fromHCL(diags hcl.Diagnostics) []view.Diagnostic {
	out := view.FromHCL(diags)
	for i, d := range diags {
		out[i].Address = schema.DiagnosticAddress(d)
	}
	return out
}

// diagnose turns an error into what is shown of it; root says whether ctplan
// runs as root, which decides what advice helps.
func diagnose(err error, root bool) []view.Diagnostic {
	var (
		code   status
		diags  *diagnosed
		failed *failure
		usage  *usageError
	)
	switch {
	case errors.As(err, &code):
		return nil
	case errors.As(err, &diags):
		return diags.diags
	case errors.As(err, &failed):
		return []view.Diagnostic{view.Error(failed.summary, failed.detail)}
	case errors.As(err, &usage):
		return []view.Diagnostic{view.Error("Invalid command line", usage.detail)}
	}
	if d, ok := diagnoseApply(err, root); ok {
		return []view.Diagnostic{d}
	}
	if d, ok := diagnoseState(err); ok {
		return []view.Diagnostic{d}
	}
	return []view.Diagnostic{diagnoseSystem(err, root)}
}

// diagnoseApply explains what a transaction reports.
func diagnoseApply(err error, root bool) (view.Diagnostic, bool) {
	var (
		stale     *apply.StaleError
		resume    *apply.ResumeError
		elsewhere *apply.ElsewhereError
		open      *apply.OpenJournalError
		step      *apply.StepError
	)
	switch {
	case errors.As(err, &step):
		return diagnoseStep(step, root), true
	case errors.As(err, &resume):
		return view.Error("The run cannot be resumed", "The host is no longer what the run was planned for; nothing was changed.\n\n  "+
			strings.Join(resume.Stale.Differences, "\n  ")+"\n\nUndo the run with `ctplan rollback`, and make a new plan."), true
	case errors.As(err, &elsewhere):
		return view.Error("The unfinished run is another host's", sentence(elsewhere.Error())+
			" Nothing was changed. Choose the host with -netns and -root, or another state directory with -state-dir."), true
	case errors.As(err, &stale):
		return view.Error("Saved plan is stale", "The host is no longer what the plan was made for; nothing was changed.\n\n  "+
			strings.Join(stale.Differences, "\n  ")+"\n\nMake a new plan."), true
	case errors.Is(err, apply.ErrApplied):
		return view.Error("Saved plan was already applied", "A plan can be applied once. Make a new plan."), true
	case errors.As(err, &open):
		return view.Error("An earlier run did not finish", sentence(open.Error())+
			" Undo them with `ctplan rollback` (recommended), or carry on with `ctplan apply -resume`."), true
	case errors.Is(err, apply.ErrInterrupted):
		return view.Error("Interrupted", "The run was interrupted."), true
	}
	return view.Diagnostic{}, false
}

// diagnoseStep explains an operation that failed.
func diagnoseStep(e *apply.StepError, root bool) view.Diagnostic {
	d := view.Error("Operation failed", "")
	if len(e.Operation.Addresses) > 0 {
		d.Address = e.Operation.Addresses[0]
	}
	d.Detail = fmt.Sprintf("ctplan tried to %s: %s", e.Operation, sentence(bare(e.Err)))
	var control *host.ControlError
	var verify *apply.VerifyError
	switch {
	case errors.As(e.Err, &verify):
		d.Summary = "The host did not take the change"
	case errors.As(e.Err, &control) && control.Op == "write":
		d.Summary = "Kernel refused the change"
	}
	if hint := permissionHint(e.Err, root); hint != "" {
		d.Detail += " " + hint
	}
	return d
}

// bare is an error without the operation and the path, which the sentence
// around it names already.
func bare(err error) string {
	var control *host.ControlError
	if errors.As(err, &control) {
		return control.Err.Error()
	}
	return err.Error()
}

func diagnoseState(err error) (view.Diagnostic, bool) {
	var (
		locked  *state.LockedError
		corrupt *state.CorruptError
		version *state.VersionError
		unsafe  *state.UnsafeError
		format  *planner.FormatError
	)
	switch {
	case errors.As(err, &locked):
		return view.Error("State is locked", sentence(locked.Error())), true
	case errors.As(err, &corrupt):
		return view.Error("Damaged state", sentence(corrupt.Error())), true
	case errors.As(err, &version):
		return view.Error("State of another version", sentence(version.Error())), true
	case errors.As(err, &unsafe):
		return view.Error("State directory refused", sentence(unsafe.Error())), true
	case errors.As(err, &format):
		return view.Error("Unusable plan file", sentence(format.Reason)), true
	}
	return view.Diagnostic{}, false
}

// diagnoseSystem explains what the operating system reports.
func diagnoseSystem(err error, root bool) view.Diagnostic {
	detail := sentence(err.Error())
	if hint := permissionHint(err, root); hint != "" {
		detail += " " + hint
	}
	var p *fs.PathError
	switch {
	case errors.As(err, &p) && errors.Is(err, fs.ErrNotExist):
		return view.Error("File not found", detail)
	case errors.Is(err, fs.ErrPermission):
		return view.Error("Permission denied", detail)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return view.Error("No space left", detail)
	}
	return view.Error("Operation failed", detail)
}

// permissionHint says what to do about a refused access.
func permissionHint(err error, root bool) string {
	if errors.Is(err, fs.ErrPermission) && !root {
		return "This needs root: run ctplan with sudo."
	}
	return ""
}

// sentence makes an error's text a sentence.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	if first := s[0]; first >= 'a' && first <= 'z' && !strings.ContainsAny(strings.SplitN(s, " ", 2)[0], "./_") {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	if !strings.ContainsAny(s[len(s)-1:], ".!?:\"") {
		s += "."
	}
	return s
}
