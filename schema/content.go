package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// contentOf reads a block of the language itself, not of a table. What is
// missing or too much is reported in words that name the block.
func contentOf(b *hcl.Block, schema *hcl.BodySchema) (*hcl.BodyContent, hcl.Diagnostics) {
	optional := &hcl.BodySchema{Blocks: schema.Blocks}
	var attributes, blocks []string
	for _, a := range schema.Attributes {
		optional.Attributes = append(optional.Attributes, hcl.AttributeSchema{Name: a.Name})
		attributes = append(attributes, a.Name)
	}
	for _, n := range schema.Blocks {
		blocks = append(blocks, n.Type)
	}
	content, _, diags := b.Body.PartialContent(optional)
	for _, a := range schema.Attributes {
		if _, ok := content.Attributes[a.Name]; a.Required && !ok {
			diags = append(diags, errorAt(b.DefRange, "Missing required argument",
				"The argument %q is missing from this %s block.", a.Name, b.Type))
		}
	}
	return content, append(diags, unexpected(b, attributes, blocks)...)
}

// unexpected reports what a block holds beyond the names that it may hold.
func unexpected(b *hcl.Block, attributes, blocks []string) hcl.Diagnostics {
	var diags hcl.Diagnostics
	names := slices.Concat(attributes, blocks)
	found, inner := members(b.Body)
	for _, name := range sortedKeys(found) {
		switch {
		case slices.Contains(attributes, name) || !inner.native && slices.Contains(blocks, name):
		case slices.Contains(blocks, name):
			diags = append(diags, errorAt(found[name], "Argument instead of a block",
				"%q is a block: write it without an equals sign, %s { ... }.", name, name))
		default:
			diags = append(diags, errorAt(found[name], "Unsupported argument",
				"%s blocks have no argument %q.%s", b.Type, name, whatInstead(name, names)))
		}
	}
	for _, n := range inner.blocks {
		switch {
		case slices.Contains(blocks, n.Type):
		case slices.Contains(attributes, n.Type):
			diags = append(diags, errorAt(n.TypeRange, "Block instead of an argument",
				"%q is an argument: write it with an equals sign, %s = ...", n.Type, n.Type))
		default:
			diags = append(diags, errorAt(n.TypeRange, "Unsupported block type",
				"%s blocks have no blocks %q inside.%s", b.Type, n.Type, whatInstead(n.Type, names)))
		}
	}
	return diags
}

// innerBlocks are the blocks inside a body of native syntax; in JSON they
// cannot be told from arguments.
type innerBlocks struct {
	native bool
	blocks []*hclsyntax.Block
}

// members are the arguments and blocks in a body, whatever they are called.
func members(body hcl.Body) (map[string]hcl.Range, innerBlocks) {
	names := make(map[string]hcl.Range)
	if native, ok := body.(*hclsyntax.Body); ok {
		for name, a := range native.Attributes {
			names[name] = a.NameRange
		}
		return names, innerBlocks{true, native.Blocks}
	}
	attrs, _ := body.JustAttributes()
	for name, a := range attrs {
		names[name] = a.NameRange
	}
	return names, innerBlocks{}
}

// withoutPurpose are arguments of Terraform that have no counterpart of the
// same name, and what to do about it.
var withoutPurpose = map[string]string{
	"sensitive": "Kernel parameters are no secrets, and what is declared shows in plans. Remove the line.",
	"ephemeral": "There are no ephemeral values. Remove the line.",
	"count":     "Use for_each for several instances, enabled = true or false for one or none.",
	"provider":  "There are no providers to choose from. Remove the line.",

	"ignore_changes":        "Use ignore_drift = [ATTRIBUTE, ...].",
	"prevent_destroy":       "Use protect = true, in the block itself and not in lifecycle.",
	"create_before_destroy": "A kernel parameter is never replaced. Remove the line.",
	"replace_triggered_by":  "A kernel parameter is never replaced. Remove the line.",
}

// whatInstead says what to write in place of a name that does not exist.
func whatInstead(name string, names []string) string {
	if hint, ok := withoutPurpose[name]; ok {
		return " " + hint
	}
	if hint := didYouMean(name, names); hint != "" {
		return hint
	}
	if len(names) == 0 {
		return " They have none."
	}
	return fmt.Sprintf(" They can hold %s.", strings.Join(slices.Sorted(slices.Values(names)), ", "))
}
