package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// functionTable are the functions that expressions can call.
type functionTable = map[string]function.Function

// scope is one instance of a module: what its names mean.
type scope struct {
	e      *evaluator
	module *module
	// parent and called are nil in the root.
	parent *scope
	called *moduleCall
	// frame is that of the call, in the parent.
	frame frame
	// prefix is the address, "" for the root.
	prefix string
	// unknown says that nobody knows whether this instance exists.
	unknown bool
	// dormant says that it does not exist: its arguments are not evaluated.
	dormant bool

	nodes    map[nodeID]*node
	children map[string][]*scope // by call, in the order of their keys
}

func newScope(e *evaluator, m *module) *scope {
	e.scopes++
	return &scope{
		e:        e,
		module:   m,
		nodes:    make(map[nodeID]*node),
		children: make(map[string][]*scope),
	}
}

// depth is the number of modules around the scope.
func (s *scope) depth() int {
	n := 0
	for ; s.parent != nil; s = s.parent {
		n++
	}
	return n
}

// frame holds the names that exist only inside one block.
type frame struct {
	// each is bound in blocks with for_each.
	each *each
	// self is bound in conditions about a resource; cty.NilVal elsewhere.
	self cty.Value
	// data are the data blocks of a check, by "type.name".
	data map[string]cty.Value
}

// each is the element that an instance stands for.
type each struct{ key, value cty.Value }

// nodeID names what a module declares, "local.x" or "conntrack.edge".
type nodeID struct{ kind, name string }

// The kinds of node.
const (
	kindVariable = "var"
	kindLocal    = "local"
	kindData     = "data"
	kindResource = "resource"
	kindCall     = "module"
	kindBefore   = "depends_on" // of a module call
	kindOutput   = "output"
)

// node is a declaration on its way to its value.
type node struct {
	label string // its address, for messages
	rng   hcl.Range
	done  bool
	result
}

// result is a value, and the resources that it was computed from: those that
// come before whatever uses the value.
type result struct {
	value cty.Value
	uses  addressSet
}

// addressSet is a set of addresses of resource instances.
type addressSet map[string]struct{}

func (s *addressSet) add(other addressSet) {
	for a := range other {
		s.addOne(a)
	}
}

func (s *addressSet) addOne(address string) {
	if *s == nil {
		*s = make(addressSet)
	}
	(*s)[address] = struct{}{}
}

// poison is the value of what could not be evaluated: unknown, so that
// whoever uses it has nothing to complain about.
var poison = result{value: cty.DynamicVal}

// maxChain bounds how many references may follow one another: each costs
// stack.
const maxChain = 5000

// visit evaluates a node once. References are followed before an expression
// is evaluated, whichever branch it takes, so that a cycle shows at once.
func (s *scope) visit(id nodeID, label string, rng hcl.Range, compute func() result) result {
	if n, ok := s.nodes[id]; ok {
		if !n.done {
			s.e.cycle(n)
			return poison
		}
		return n.result
	}
	n := &node{label: join(s.prefix, label), rng: rng}
	s.nodes[id] = n
	if len(s.e.stack) == maxChain {
		n.done, n.result = true, poison
		s.e.report(errorAt(rng, "Chain of references too long",
			"%s is at the end of %d references that lead from one value to the next.", n.label, maxChain))
		return poison
	}
	s.e.stack = append(s.e.stack, n)
	n.result = compute()
	n.done = true
	s.e.stack = s.e.stack[:len(s.e.stack)-1]
	return n.result
}

// cycle reports that evaluating a node needs its own value.
func (e *evaluator) cycle(n *node) {
	first := len(e.stack) - 1
	for e.stack[first] != n {
		first--
	}
	members := e.stack[first:]
	if len(members) == 1 {
		e.report(errorAt(n.rng, "Reference to itself", "%s refers to itself. %s", n.label, circular))
		return
	}
	// Where the walk came in is chance: begin with the first in the files.
	start := 0
	for i, m := range members {
		if compareRanges(&m.rng, &members[start].rng) < 0 {
			start = i
		}
	}
	var path []string
	for i := range members {
		m := members[(start+i)%len(members)]
		path = append(path, fmt.Sprintf("%s (%s)", m.label, line(m.rng)))
	}
	begin := members[start]
	e.report(errorAt(begin.rng, "Circular reference", "%s → %s. %s", strings.Join(path, " → "), begin.label, circular))
}

const circular = "Nothing can be computed from itself: take one of the references out, for example by moving what both sides need into a local of its own."

// local is the value of a local.
func (s *scope) local(name string) result {
	l := s.module.locals[name]
	return s.visit(nodeID{kindLocal, name}, "local."+name, l.rng, func() result {
		return s.value(l.expr, s.inherited())
	})
}

// output is the value of an output.
func (s *scope) output(name string) result {
	o := s.module.outputs[name]
	return s.visit(nodeID{kindOutput, name}, "output."+name, o.rng, func() result {
		if o.expr == nil {
			return poison
		}
		return s.value(o.expr, s.inherited())
	})
}

// inherited is the frame of blocks that have no names of their own.
func (s *scope) inherited() frame { return frame{self: cty.NilVal} }

// value evaluates an expression and reports what is wrong with it.
func (s *scope) value(expr hcl.Expression, f frame) result {
	r, diags := s.evaluate(expr, f)
	s.e.report(diags...)
	return r
}

// evaluate evaluates an expression. With errors the value is unknown.
func (s *scope) evaluate(expr hcl.Expression, f frame) (result, hcl.Diagnostics) {
	ctx, uses, diags := s.context(expr.Variables(), f)
	if diags.HasErrors() {
		return result{cty.DynamicVal, uses}, explain(diags, expr, ctx)
	}
	v, diags := expr.Value(ctx)
	if diags.HasErrors() {
		v = cty.DynamicVal
	}
	return result{v, uses}, explain(diags, expr, ctx)
}

// context gathers what references stand for. It is complete even with
// errors: what a wrong reference stands for is then unknown.
func (s *scope) context(references []hcl.Traversal, f frame) (*hcl.EvalContext, addressSet, hcl.Diagnostics) {
	// Bodies give their references in the order of a map.
	slices.SortStableFunc(references, func(a, b hcl.Traversal) int {
		x, y := a.SourceRange(), b.SourceRange()
		return compareRanges(&x, &y)
	})
	var diags hcl.Diagnostics
	var uses addressSet
	names := make(tree)
	for _, t := range references {
		ref, d := s.reference(t, f)
		if d != nil {
			diags = append(diags, d)
			names.put(wrongPath(t), cty.DynamicVal)
			continue
		}
		r := ref.resolve()
		uses.add(r.uses)
		names.put(ref.path, r.value)
		if r.value.IsNull() && len(t) > len(ref.path) && t.RootName() != "var" && t.RootName() != "local" {
			s.e.disabled[t.SourceRange()] = strings.Join(ref.path, ".")
		}
	}
	return &hcl.EvalContext{Variables: names.objects(), Functions: s.e.functions}, uses, diags
}

// wrongPath is where the value of a reference that cannot be resolved would
// have been: its first name where everything below is wrong, its first two
// where siblings can be right.
func wrongPath(t hcl.Traversal) []string {
	path := []string{t.RootName()}
	for _, step := range t[1:] {
		name := stepName(step)
		if name == "" || len(path) == 2 && path[0] != "data" || len(path) == 3 {
			break
		}
		path = append(path, name)
	}
	return path
}

// tree nests values under their names: either a value or a tree.
type tree map[string]any

func (t tree) put(path []string, v cty.Value) {
	for _, name := range path[:len(path)-1] {
		inner, ok := t[name].(tree)
		if !ok {
			if _, taken := t[name]; taken {
				return // the whole is there already, its part with it
			}
			inner = make(tree)
			t[name] = inner
		}
		t = inner
	}
	t[path[len(path)-1]] = v
}

func (t tree) objects() map[string]cty.Value {
	out := make(map[string]cty.Value, len(t))
	for name, v := range t {
		switch v := v.(type) {
		case cty.Value:
			out[name] = v
		case tree:
			out[name] = cty.ObjectVal(v.objects())
		}
	}
	return out
}
