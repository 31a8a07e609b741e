package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// variable is the value of a variable.
func (s *scope) variable(name string) result {
	v := s.module.variables[name]
	return s.visit(nodeID{kindVariable, name}, "var."+name, v.rng, func() result {
		if s.parent == nil {
			return s.e.input(v)
		}
		return s.argument(v)
	})
}

// given is the value from outside that counts for a root variable.
func (e *evaluator) given(name string) (VariableValue, bool) {
	for i := len(e.opts.Variables) - 1; i >= 0; i-- {
		if e.opts.Variables[i].Name == name {
			return e.opts.Variables[i], true
		}
	}
	return VariableValue{}, false
}

// input is the value of a variable of the root module.
func (e *evaluator) input(v *variable) result {
	if v.broken {
		return poison
	}
	given, ok := e.given(v.name)
	if !ok {
		if v.required() && e.opts.UnsetUnknown {
			return result{value: cty.UnknownVal(v.typ)}
		}
		if v.required() {
			e.report(errorAt(v.rng, "No value for a required variable",
				"The variable %q has no default, and no value was given. Set it with -var '%s=VALUE', with -var-file FILE, in ctplan.ctvars or a file *.auto.ctvars, or in the environment variable %s%s.",
				v.name, v.name, environmentPrefix, v.name))
			return poison
		}
		return result{value: v.def}
	}
	at := given.place(v)
	if v.deprecated != "" {
		e.report(deprecated(v, at))
	}
	val, diags := given.evaluate(v)
	if !diags.HasErrors() {
		val, diags = v.accept(val, given.given(), at)
		explainAt(diags, given.Expr)
	}
	e.report(diags...)
	return result{value: val}
}

// place is where a diagnostic about the value points: at the value if it
// stands in a file, else at the declaration.
func (g VariableValue) place(v *variable) hcl.Range {
	switch {
	case g.Expr != nil && g.Origin == OriginFile:
		return g.Expr.Range()
	case g.Range != hcl.Range{}:
		return g.Range
	}
	return v.rng
}

func explainAt(diags hcl.Diagnostics, expr hcl.Expression) {
	if expr == nil {
		return
	}
	for _, d := range diags {
		d.Expression = expr
	}
}

// argument is the value of a variable of a called module.
func (s *scope) argument(v *variable) result {
	if v.broken || s.dormant {
		return poison
	}
	a, ok := s.called.inputs[v.name]
	if !ok {
		if v.required() {
			return poison // Load has reported it
		}
		return result{value: v.def}
	}
	if v.deprecated != "" {
		s.e.report(deprecated(v, a.NameRange))
	}
	r, diags := s.parent.evaluate(a.Expr, s.frame)
	if !diags.HasErrors() {
		r.value, diags = v.accept(r.value, "in "+s.prefix, a.Expr.Range())
		explainAt(diags, a.Expr)
	}
	s.e.report(diags...)
	return r
}

func deprecated(v *variable, at hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagWarning,
		Summary:  "Deprecated variable",
		Detail:   fmt.Sprintf("The variable %q should not be set any more: %s", v.name, v.deprecated),
		Subject:  &at,
	}
}

// undeclared reports values that no variable of the root module takes.
func (e *evaluator) undeclared() {
	names := sortedKeys(e.root.module.variables)
	for _, g := range e.opts.Variables {
		if _, ok := e.root.module.variables[g.Name]; ok || !hclsyntax.ValidIdentifier(g.Name) {
			continue
		}
		d := &hcl.Diagnostic{Summary: "Value for an undeclared variable"}
		hint := didYouMean(g.Name, names)
		switch g.Origin {
		case OriginEnvironment:
			continue
		case OriginFile:
			d.Severity = hcl.DiagWarning
			d.Subject = g.Range.Ptr()
			d.Detail = fmt.Sprintf("The configuration has no variable %q, so this value has no effect.%s Declare the variable, or remove the line.", g.Name, hint)
		case OriginFlag:
			d.Severity = hcl.DiagError
			d.Detail = fmt.Sprintf("-var sets %q, and the configuration has no such variable.%s", g.Name, hint)
			if hint == "" {
				d.Detail += fmt.Sprintf(" Declare it with variable %q {}.", g.Name)
			}
		}
		e.report(d)
	}
}
