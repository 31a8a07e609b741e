package schema

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// module is a directory of configuration files: what they declare, not yet
// evaluated. Several calls can share it.
type module struct {
	dir string // in the file system; "." is the root

	variables map[string]*variable
	locals    map[string]*local
	data      map[string]*dataBlock     // by "host.this"
	resources map[string]*resourceBlock // by "conntrack.edge"
	calls     map[string]*moduleCall
	outputs   map[string]*output
	checks    map[string]*checkBlock
	moved     []*movedBlock
	removed   []*removedBlock
}

func newModule(dir string) *module {
	return &module{
		dir:       dir,
		variables: make(map[string]*variable),
		locals:    make(map[string]*local),
		data:      make(map[string]*dataBlock),
		resources: make(map[string]*resourceBlock),
		calls:     make(map[string]*moduleCall),
		outputs:   make(map[string]*output),
		checks:    make(map[string]*checkBlock),
	}
}

// declare reads one block of a file's top level into the module.
func (m *module) declare(b *hcl.Block) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, label := range b.Labels {
		if d := checkName(label, b.LabelRanges[i]); d != nil {
			diags = append(diags, d)
		}
	}
	if diags.HasErrors() {
		return diags
	}
	switch b.Type {
	case "variable":
		return m.declareVariable(b)
	case "locals":
		return m.declareLocals(b)
	case "data":
		return m.declareData(b)
	case "module":
		return m.declareCall(b)
	case "output":
		return m.declareOutput(b)
	case "check":
		return m.declareCheck(b)
	case "moved":
		return m.declareMoved(b)
	case "removed":
		return m.declareRemoved(b)
	case "ctplan":
		return nil // read before everything else, see requirements
	}
	return m.declareResource(b)
}

// sharedBlocks are the block types that are not resources.
var sharedBlocks = []hcl.BlockHeaderSchema{
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "locals"},
	{Type: "data", LabelNames: []string{"type", "name"}},
	{Type: "module", LabelNames: []string{"name"}},
	{Type: "output", LabelNames: []string{"name"}},
	{Type: "check", LabelNames: []string{"name"}},
	{Type: "moved"},
	{Type: "removed"},
	{Type: "ctplan"},
}

// rootSchema is the schema of a file's top level.
func rootSchema() *hcl.BodySchema {
	s := &hcl.BodySchema{Blocks: append([]hcl.BlockHeaderSchema(nil), sharedBlocks...)}
	for _, name := range TypeNames() {
		s.Blocks = append(s.Blocks, hcl.BlockHeaderSchema{Type: name, LabelNames: []string{"name"}})
	}
	return s
}

// rootBlocks are the blocks of a file's top level, with a diagnostic for
// everything there that is not one.
func rootBlocks(file *hcl.File, schema *hcl.BodySchema) (hcl.Blocks, hcl.Diagnostics) {
	known := make(map[string]hcl.BlockHeaderSchema)
	var names []string
	for _, b := range schema.Blocks {
		known[b.Type] = b
		names = append(names, b.Type)
	}
	native, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		content, _, diags := file.Body.PartialContent(schema)
		attrs, _ := file.Body.JustAttributes()
		for _, name := range sortedKeys(attrs) {
			if known[name].Type == "" {
				diags = append(diags, unknownBlock(name, nil, attrs[name].NameRange, names))
			}
		}
		return content.Blocks, diags
	}
	var blocks hcl.Blocks
	var diags hcl.Diagnostics
	for _, b := range native.Blocks {
		switch header, ok := known[b.Type]; {
		case !ok:
			diags = append(diags, unknownBlock(b.Type, b.Labels, b.TypeRange, names))
		case len(b.Labels) != len(header.LabelNames):
			diags = append(diags, wrongLabels(b, header))
		default:
			blocks = append(blocks, b.AsHCLBlock())
		}
	}
	for _, name := range sortedKeys(native.Attributes) {
		diags = append(diags, unknownArgument(name, native.Attributes[name].NameRange, known[name].Type != "", names))
	}
	return blocks, diags
}

func wrongLabels(b *hclsyntax.Block, header hcl.BlockHeaderSchema) *hcl.Diagnostic {
	form := b.Type
	for _, name := range header.LabelNames {
		form += " \"" + strings.ToUpper(name) + "\""
	}
	summary := "Missing name"
	if len(b.Labels) > len(header.LabelNames) {
		summary = "Extraneous name"
	}
	return errorAt(b.DefRange(), summary, "A block of this type is written %s { ... }.", form)
}

// elsewhere says what to write instead of Terraform's block types.
var elsewhere = map[string]string{
	"resource":  "The type of a resource is the block's keyword: write conntrack \"edge\" { ... } instead of resource \"conntrack\" \"edge\" { ... }.",
	"terraform": "Settings of ctplan itself are in the block ctplan { required_version = \"...\" }.",
	"provider":  "ctplan has no providers to configure: it works on the host that it runs on, or that -root and -netns name.",
	"backend":   "The state lives on the host, in the directory that -state-dir names.",
	"import":    "Kernel parameters need no import: what is on the host is read at every plan.",
	"ephemeral": "ctplan has no ephemeral values.",
	"count":     "Use for_each inside a block to make several of it.",
}

func unknownBlock(name string, labels []string, at hcl.Range, names []string) *hcl.Diagnostic {
	if hint, ok := elsewhere[name]; ok {
		if name == "resource" && len(labels) == 2 && LookupType(labels[0]) != nil {
			hint = fmt.Sprintf("The type of a resource is the block's keyword: write %s %q { ... }.", labels[0], labels[1])
		}
		return errorAt(at, "Unsupported block type", "There is no block type %q. %s", name, hint)
	}
	return errorAt(at, "Unsupported block type", "There is no block type %q.%s", name, didYouMean(name, names))
}

func unknownArgument(name string, at hcl.Range, isBlock bool, names []string) *hcl.Diagnostic {
	switch {
	case isBlock:
		return errorAt(at, "Argument instead of a block",
			"%q is a block: write it without an equals sign, %s { ... }.", name, name)
	case suggest(name, names) != "":
		return errorAt(at, "Unsupported argument",
			"Only blocks stand at the top level of a file.%s", didYouMean(name, names))
	}
	return errorAt(at, "Unsupported argument",
		"Only blocks stand at the top level of a file. An attribute belongs inside a block such as conntrack \"host\" { ... }, a value of your own inside locals { ... }.")
}
