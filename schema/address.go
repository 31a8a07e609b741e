package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// address is a resource's, a resource instance's or a module's address,
// taken apart.
type address struct {
	modules []instanceName
	// typ is empty for the address of a module.
	typ      string
	resource instanceName
}

// instanceName is a name with the for_each key of one instance.
type instanceName struct {
	name, key string
	hasKey    bool
}

func (n instanceName) String() string {
	if n.hasKey {
		return n.name + "[" + quoteKey(n.key) + "]"
	}
	return n.name
}

// String is the address as users write it.
func (a address) String() string {
	var parts []string
	for _, m := range a.modules {
		parts = append(parts, "module."+m.String())
	}
	if a.typ != "" {
		parts = append(parts, a.typ+"."+a.resource.String())
	}
	return strings.Join(parts, ".")
}

// withoutKey is the address without the last for_each key.
func (a address) withoutKey() string {
	last := &a.resource
	if a.typ == "" && len(a.modules) > 0 {
		a.modules = slices.Clone(a.modules)
		last = &a.modules[len(a.modules)-1]
	}
	last.hasKey = false
	return a.String()
}

// join puts an address inside a module instance; prefix is "" for the root.
func join(prefix, addr string) string {
	if prefix == "" {
		return addr
	}
	return prefix + "." + addr
}

// quoteKey writes a for_each key as a string literal of the language.
func quoteKey(key string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range key {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\u%04x`, r)
		case (r == '$' || r == '%') && strings.HasPrefix(key[i+1:], "{"):
			b.WriteRune(r)
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// addressOf reads the address in depends_on, from and to.
func addressOf(t hcl.Traversal) (address, *hcl.Diagnostic) {
	var a address
	bad := func() (address, *hcl.Diagnostic) {
		return address{}, errorAt(t.SourceRange(), "Invalid address",
			"An address is written like conntrack.edge, notrack.dns[\"udp\"] or module.web.conntrack.edge.")
	}
	for len(t) > 0 && stepName(t[0]) == "module" {
		m, rest, ok := instanceOf(t[1:])
		if !ok {
			return bad()
		}
		a.modules = append(a.modules, m)
		t = rest
	}
	if len(t) == 0 {
		return a, nil
	}
	whole := t.SourceRange()
	a.typ = stepName(t[0])
	r, rest, ok := instanceOf(t[1:])
	if !ok || len(rest) > 0 {
		return bad()
	}
	if LookupType(a.typ) == nil {
		return address{}, errorAt(whole, "Invalid address",
			"There is no block type %q.%s", a.typ, didYouMean(a.typ, TypeNames()))
	}
	a.resource = r
	return a, nil
}

// instanceOf reads a name and the key behind it.
func instanceOf(t hcl.Traversal) (n instanceName, rest hcl.Traversal, ok bool) {
	if len(t) == 0 {
		return n, nil, false
	}
	attr, ok := t[0].(hcl.TraverseAttr)
	if !ok {
		return n, nil, false
	}
	n.name = attr.Name
	if len(t) == 1 {
		return n, nil, true
	}
	if index, ok := t[1].(hcl.TraverseIndex); ok {
		if index.Key.Type() != cty.String || index.Key.IsNull() || !index.Key.IsKnown() {
			return n, nil, false
		}
		n.key, n.hasKey = index.Key.AsString(), true
		return n, t[2:], true
	}
	return n, t[1:], true
}

// stepName is the name that a step of a traversal stands for, or "".
func stepName(t hcl.Traverser) string {
	switch t := t.(type) {
	case hcl.TraverseRoot:
		return t.Name
	case hcl.TraverseAttr:
		return t.Name
	case hcl.TraverseIndex:
		if t.Key.Type() == cty.String && t.Key.IsKnown() && !t.Key.IsNull() && hclsyntax.ValidIdentifier(t.Key.AsString()) {
			return t.Key.AsString()
		}
	}
	return ""
}
