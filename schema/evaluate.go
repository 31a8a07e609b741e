package schema

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// Options of Evaluate.
type Options struct {
	// Variables are the values given from outside, lowest precedence first:
	// later ones win. The usual order is environment, AutoVariables, then
	// -var-file and -var in the order of the command line.
	Variables []VariableValue
	// Data answers data blocks; nil makes their values unknown.
	Data DataReader
	// UnsetUnknown makes a required variable without a value unknown instead
	// of an error, to check a configuration before its values are known.
	UnsetUnknown bool
}

// Config is a fully evaluated configuration.
type Config struct {
	// Resources are all instances, sorted by address. Those whose for_each
	// depends on unknown data are missing.
	Resources []*Resource
	Outputs   map[string]Output
	Checks    []CheckResult // sorted by address, then by place
	Moved     []Moved       // sorted by From
	Removed   []Removed     // sorted by From
	// Variables are the final values of the root module's variables, for
	// saved plans. Unknown ones are missing.
	Variables map[string]cty.Value
	// Sources are the files that were evaluated, modules and what file() read
	// included: together with Variables all that a saved plan needs to
	// evaluate the same again.
	Sources map[string][]byte
	// Digest identifies what was evaluated: SHA-256, in hexadecimal, over
	// Sources and Variables.
	Digest string
}

// Output is a root output value.
type Output struct {
	Value       cty.Value
	Description string
}

// CheckResult is the outcome of one assertion of a check block.
type CheckResult struct {
	// Name is the block's address, "check.headroom" or "module.web.check.headroom".
	Name string
	// Status is "pass", "fail", "error" (the assertion could not be
	// evaluated) or "unknown" (it depends on data that were not read).
	Status string
	// Message is the assertion's error message, or the error.
	Message string
	Range   hcl.Range
}

// The statuses of a CheckResult.
const (
	CheckPass    = "pass"
	CheckFail    = "fail"
	CheckError   = "error"
	CheckUnknown = "unknown"
)

// Moved renames an address in the state: of a resource, an instance or a
// module.
type Moved struct {
	From, To string
	Range    hcl.Range
}

// Removed takes a resource, an instance or a module out of the state. If
// Restore is false the host is left as it is.
type Removed struct {
	From    string
	Restore bool
	Range   hcl.Range
}

// Evaluate computes every value and checks it. It reports all mistakes that
// can be told apart at once, sorted, failed checks as warnings. The result is
// never nil, but complete only without errors.
func (c *Configuration) Evaluate(ctx context.Context, opts Options) (*Config, hcl.Diagnostics) {
	e := c.evaluator(ctx, opts)
	if !c.unusable {
		e.undeclared()
		e.walk(e.root)
		e.conditions(e.root)
		e.conflicts()
		e.refactorings(e.root)
	}
	return e.config(), MergeDiagnostics(e.diags)
}

// Postconditions evaluates the postconditions of all resources with self
// bound to what was read back after an apply (address → attribute → value).
// Resources that self does not name are left out.
func (c *Configuration) Postconditions(ctx context.Context, opts Options, self map[string]map[string]cty.Value) hcl.Diagnostics {
	e := c.evaluator(ctx, opts)
	if c.unusable {
		return nil
	}
	e.walk(e.root)
	e.diags = nil // Evaluate has reported them
	for _, r := range e.resources {
		if values, ok := self[r.Address]; ok {
			e.postconditions(r, values)
		}
	}
	return MergeDiagnostics(e.diags)
}

// evaluator is one evaluation of a configuration.
type evaluator struct {
	ctx       context.Context
	source    *Configuration
	opts      Options
	functions functionTable
	files     *recorder
	root      *scope

	// stack is the chain of nodes that are being evaluated.
	stack []*node
	// disabled are references to blocks that have no instance, by place.
	disabled map[hcl.Range]string
	// scopes counts module instances; crowded says that there are too many.
	scopes  int
	crowded bool

	// resources are those that exist; instances also those of which that is
	// not known.
	resources, instances []*evaluated

	checks  []CheckResult
	moved   []Moved
	removed []Removed
	diags   hcl.Diagnostics
}

// evaluated is a resource with what later phases need to know of it.
type evaluated struct {
	*Resource
	block *resourceBlock
	scope *scope
	frame frame
	// self is the value that conditions see.
	self cty.Value
}

func (c *Configuration) evaluator(ctx context.Context, opts Options) *evaluator {
	files := &recorder{FS: c.fsys, read: make(map[string][]byte)}
	e := &evaluator{
		ctx: ctx, source: c, opts: opts,
		files: files, functions: Functions(files),
		disabled: make(map[hcl.Range]string),
	}
	e.root = newScope(e, c.root)
	return e
}

func (e *evaluator) report(diags ...*hcl.Diagnostic) {
	for _, d := range diags {
		e.explainDisabled(d)
	}
	e.diags = append(e.diags, diags...)
}

// explainDisabled adds to a diagnostic about null that it comes from a block
// that is not enabled.
func (e *evaluator) explainDisabled(d *hcl.Diagnostic) {
	if d.Expression == nil || d.Subject == nil || len(e.disabled) == 0 {
		return
	}
	for _, t := range d.Expression.Variables() {
		at := t.SourceRange()
		if label, ok := e.disabled[at]; ok && at.Overlaps(*d.Subject) && !strings.Contains(d.Detail, label) {
			d.Detail += fmt.Sprintf(" %s is not enabled, so there is no instance that could have a value: test it with %s == null first.", label, label)
		}
	}
}

// walk evaluates everything in a module and the modules that it calls. The
// order decides nothing but the order of equal diagnostics.
func (e *evaluator) walk(s *scope) {
	for _, name := range sortedKeys(s.module.variables) {
		s.variable(name)
	}
	for _, name := range sortedKeys(s.module.locals) {
		s.local(name)
	}
	for _, id := range sortedKeys(s.module.data) {
		s.dataBlock(id)
	}
	for _, id := range sortedKeys(s.module.resources) {
		s.resource(id)
	}
	for _, name := range sortedKeys(s.module.calls) {
		s.call(name)
		for _, child := range s.children[name] {
			e.walk(child)
		}
	}
	for _, name := range sortedKeys(s.module.outputs) {
		s.output(name)
	}
}

// config collects what was evaluated.
func (e *evaluator) config() *Config {
	cfg := &Config{
		Outputs:   make(map[string]Output),
		Variables: make(map[string]cty.Value),
		Checks:    e.checks,
		Moved:     e.moved,
		Removed:   e.removed,
	}
	for _, r := range e.resources {
		cfg.Resources = append(cfg.Resources, r.Resource)
	}
	slices.SortFunc(cfg.Resources, func(a, b *Resource) int { return strings.Compare(a.Address, b.Address) })
	slices.SortStableFunc(cfg.Checks, func(a, b CheckResult) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(cfg.Moved, func(a, b Moved) int { return strings.Compare(a.From, b.From) })
	slices.SortStableFunc(cfg.Removed, func(a, b Removed) int { return strings.Compare(a.From, b.From) })
	if e.source.unusable {
		return cfg
	}
	for name, o := range e.root.module.outputs {
		cfg.Outputs[name] = Output{Value: e.root.output(name).value, Description: o.description}
	}
	for name := range e.root.module.variables {
		if v := e.root.variable(name).value; v.IsWhollyKnown() {
			cfg.Variables[name] = v
		}
	}
	cfg.Sources = e.files.read
	for name := range e.source.Files {
		cfg.Sources[name] = e.source.Sources[name]
	}
	cfg.Digest = digest(cfg.Sources, cfg.Variables)
	return cfg
}

// digest is computed over length-prefixed fields, so that no two different
// configurations give the same bytes.
func digest(sources map[string][]byte, variables map[string]cty.Value) string {
	h := sha256.New()
	field := func(name string, data []byte) {
		fmt.Fprintf(h, "%d:%s%d:", len(name), name, len(data))
		h.Write(data)
	}
	for _, name := range sortedKeys(sources) {
		field("file "+name, sources[name])
	}
	for _, name := range sortedKeys(variables) {
		// Every type that a variable can have has a JSON form.
		data, err := ctyjson.Marshal(variables[name], cty.DynamicPseudoType)
		if err != nil {
			data = []byte(err.Error())
		}
		field("variable "+name, data)
	}
	return hex.EncodeToString(h.Sum(nil))
}
