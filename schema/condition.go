package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// verdict is what came out of a condition.
type verdict struct {
	status  string // CheckPass and the others
	message string
	// context holds the values that the condition was evaluated with.
	context *hcl.EvalContext
}

// judge evaluates a condition, and its error message where it does not hold.
func (s *scope) judge(c condition, f frame) (verdict, hcl.Diagnostics) {
	ctx, _, diags := s.context(append(c.condition.Variables(), c.message.Variables()...), f)
	if diags.HasErrors() {
		return verdict{status: CheckError, message: diags[0].Detail}, explain(diags, c.condition, ctx)
	}
	holds, diags := c.condition.Value(ctx)
	diags = explain(diags, c.condition, ctx)
	if !diags.HasErrors() {
		var why string
		if holds, why = toBool(holds); why != "" {
			diags = append(diags, explain(hcl.Diagnostics{errorAt(c.condition.Range(), "Unsuitable condition",
				"A condition has to be true or false: %s.", why)}, c.condition, ctx)...)
		}
	}
	switch {
	case diags.HasErrors():
		return verdict{CheckError, diags[0].Detail, ctx}, diags
	case !holds.IsKnown():
		return verdict{CheckUnknown, "", ctx}, diags
	case holds.True():
		return verdict{CheckPass, "", ctx}, diags
	}
	message, more := errorMessage(c.message, ctx)
	return verdict{CheckFail, message, ctx}, append(diags, more...)
}

// errorMessage is the text of error_message.
func errorMessage(expr hcl.Expression, ctx *hcl.EvalContext) (string, hcl.Diagnostics) {
	const none = "The condition does not hold."
	v, diags := expr.Value(ctx)
	diags = explain(diags, expr, ctx)
	if diags.HasErrors() {
		return none, diags
	}
	v, err := convert.Convert(v, cty.String)
	switch {
	case err != nil || v.IsNull():
		return none, append(diags, explain(hcl.Diagnostics{errorAt(expr.Range(), "Unsuitable error message",
			"An error message has to be a text.")}, expr, ctx)...)
	case !v.IsKnown() || v.AsString() == "":
		return none, diags
	}
	return v.AsString(), diags
}

// toBool converts a value to a bool, which may be unknown; why says what is
// wrong with it.
func toBool(v cty.Value) (out cty.Value, why string) {
	out, err := convert.Convert(v, cty.Bool)
	switch {
	case err != nil:
		return cty.UnknownVal(cty.Bool), "it is " + kindOf(v.Type())
	case out.IsNull():
		return cty.UnknownVal(cty.Bool), "it is null"
	}
	return out, ""
}

// conditions evaluates what is said about values rather than makes them:
// validations, preconditions and checks. They come last, so that they can
// refer to anything without a circle.
func (e *evaluator) conditions(s *scope) {
	for _, name := range sortedKeys(s.module.variables) {
		e.validate(s, s.module.variables[name])
	}
	for _, name := range sortedKeys(s.module.checks) {
		e.check(s, s.module.checks[name])
	}
	if s.parent == nil {
		for _, r := range e.instances {
			e.require(r, r.block.preconditions, r.self, "Precondition failed")
			e.rehearse(r)
		}
	}
	for _, name := range sortedKeys(s.module.calls) {
		for _, child := range s.children[name] {
			e.conditions(child)
		}
	}
}

// validate checks a variable's value against its validation blocks.
func (e *evaluator) validate(s *scope, v *variable) {
	for _, c := range v.validations {
		judged, diags := s.judge(c, s.inherited())
		e.report(diags...)
		if judged.status != CheckFail {
			continue
		}
		d := errorAt(e.origin(s, v), "Invalid value for a variable", "%s\n\nThis is the rule at %s.", judged.message, place(c.rng))
		d.Expression, d.EvalContext = c.condition, judged.context
		e.report(d)
	}
}

// origin is where a variable got its value.
func (e *evaluator) origin(s *scope, v *variable) hcl.Range {
	if s.parent != nil {
		if a, ok := s.called.inputs[v.name]; ok {
			return a.Expr.Range()
		}
		return v.rng
	}
	if given, ok := e.given(v.name); ok {
		return given.place(v)
	}
	return v.rng
}

// require evaluates conditions that have to hold for a resource.
func (e *evaluator) require(r *evaluated, conditions []condition, self cty.Value, summary string) {
	f := r.frame
	f.self = self
	for _, c := range conditions {
		judged, diags := r.scope.judge(c, f)
		if judged.status == CheckFail {
			d := errorAt(c.condition.Range(), summary, "%s", judged.message)
			d.Context = c.rng.Ptr()
			diags = append(diags, explain(hcl.Diagnostics{d}, c.condition, judged.context)...)
		}
		e.report(WithAddress(r.Address, diags)...)
	}
}

// rehearse looks for mistakes in postconditions as long as nothing has been
// applied: what self will hold is not known yet.
func (e *evaluator) rehearse(r *evaluated) {
	f := r.frame
	f.self = objectValue(r.block.typ, nil, true)
	for _, c := range r.block.postconditions {
		_, diags := r.scope.judge(c, f)
		e.report(WithAddress(r.Address, diags)...)
	}
}

// postconditions evaluates a resource's postconditions on what was read back.
// An attribute keeps its type: the kernel's 1 is the text "1" in a sysctl
// block, as it is in preconditions.
func (e *evaluator) postconditions(r *evaluated, values map[string]cty.Value) {
	attrs := make(map[string]Attr)
	for name, v := range values {
		if own, declared := r.Attrs[name]; declared {
			if same, err := convert.Convert(v, own.Value.Type()); err == nil {
				v = same
			}
		}
		attrs[name] = Attr{Value: v}
	}
	e.require(r, r.block.postconditions, objectValue(r.block.typ, attrs, false), "Postcondition failed")
}

// check evaluates the assertions of a check block. They warn and never stop:
// only mistakes in writing them are errors.
func (e *evaluator) check(s *scope, c *checkBlock) {
	f := s.inherited()
	f.data = make(map[string]cty.Value)
	for _, b := range c.data {
		r, diags := s.readData(b)
		e.report(warnings(diags)...)
		f.data[b.id()] = r.value
	}
	name := join(s.prefix, "check."+c.name)
	for _, a := range c.asserts {
		judged, diags := s.judge(a, f)
		if judged.context != nil {
			diags = warnings(diags)
		}
		e.report(diags...)
		if !s.unknown {
			e.checks = append(e.checks, CheckResult{Name: name, Status: judged.status, Message: judged.message, Range: a.condition.Range()})
		}
		if judged.status == CheckFail {
			d := errorAt(a.condition.Range(), "Check failed", "%s", judged.message)
			d.Severity = hcl.DiagWarning
			e.report(explain(hcl.Diagnostics{d}, a.condition, judged.context)...)
		}
	}
}

// warnings takes the edge off errors.
func warnings(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		d.Severity = hcl.DiagWarning
	}
	return diags
}
