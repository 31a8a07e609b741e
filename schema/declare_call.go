package schema

import (
	"io/fs"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// moduleCall is a module block: a directory of configuration used with
// arguments.
type moduleCall struct {
	name   string
	rng    hcl.Range
	meta   meta
	inputs hcl.Attributes
	// source is the directory; sourceRange is where it was written.
	source      string
	sourceRange hcl.Range
	// module is nil if it could not be loaded: everything of it is unknown.
	module *module
}

var callSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "source", Required: true},
		{Name: "for_each"}, {Name: "enabled"}, {Name: "depends_on"}, {Name: "count"},
		{Name: "version"}, {Name: "providers"},
	},
}

// takenArguments are the arguments of a module block that are not variables.
var takenArguments = []string{
	"source", "version", "providers", "count", "for_each", "enabled", "depends_on", "lifecycle",
}

func (m *module) declareCall(b *hcl.Block) hcl.Diagnostics {
	name := b.Labels[0]
	if first, ok := m.calls[name]; ok {
		return hcl.Diagnostics{duplicate("module \""+name+"\"", b.DefRange, first.rng)}
	}
	content, remain, diags := b.Body.PartialContent(callSchema)
	call := &moduleCall{name: name, rng: b.DefRange}
	m.calls[name] = call
	var d hcl.Diagnostics
	call.meta, d = decodeMeta(content.Attributes)
	diags = append(diags, d...)
	call.inputs, d = remain.JustAttributes()
	diags = append(diags, d...)
	for _, name := range []string{"version", "providers"} {
		if a, ok := content.Attributes[name]; ok {
			diags = append(diags, errorAt(a.NameRange, "Unsupported argument",
				"A module is a directory of this configuration, so there is no %s to choose. Remove the line.", name))
		}
	}
	if a, ok := content.Attributes["source"]; ok {
		d := call.decodeSource(m.dir, a)
		diags = append(diags, d...)
	}
	return diags
}

func (c *moduleCall) decodeSource(dir string, a *hcl.Attribute) hcl.Diagnostics {
	source, diags := staticString(a)
	if diags.HasErrors() {
		return diags
	}
	c.sourceRange = a.Expr.Range()
	if !strings.HasPrefix(source, "./") && !strings.HasPrefix(source, "../") {
		return hcl.Diagnostics{errorAt(c.sourceRange, "Unsupported module source",
			"The source of a module is a directory of this configuration and starts with ./ or ../. Modules are never downloaded: copy them in.")}
	}
	target := path.Join(dir, source)
	if !fs.ValidPath(target) {
		return hcl.Diagnostics{errorAt(c.sourceRange, "Module outside the configuration",
			"%s leads out of the configuration directory. A module has to be inside it, so that a configuration is complete in itself.", source)}
	}
	c.source = target
	return nil
}
