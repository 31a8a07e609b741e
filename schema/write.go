package schema

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// BlockSource is a resource block that is to be written as configuration.
type BlockSource struct {
	Type, Name string
	// Values by attribute; a nested block's value is an object. Null values
	// are left out. Seconds and bytes are written in their largest unit.
	Values map[string]cty.Value
	// Comments by attribute stand above it, or in its place if it has no
	// value; the comment of "" stands above the block. Lines end in "\n".
	Comments map[string]string
}

// Write renders blocks as a configuration file in canonical form, attributes
// in the order of their tables. What it has written can be loaded again: a
// type, name, attribute or value that the language would refuse is an error.
func Write(blocks []BlockSource) ([]byte, error) {
	file := hclwrite.NewEmptyFile()
	for i, b := range blocks {
		if i > 0 {
			file.Body().AppendNewline()
		}
		if err := writeBlock(file.Body(), b); err != nil {
			return nil, fmt.Errorf("%s %q: %w", b.Type, b.Name, err)
		}
	}
	out, diags := Format("", file.Bytes())
	if diags.HasErrors() {
		return nil, diags
	}
	return out, nil
}

func writeBlock(body *hclwrite.Body, b BlockSource) error {
	bt := LookupType(b.Type)
	if bt == nil {
		return fmt.Errorf("there is no block type %q", b.Type)
	}
	if d := checkName(b.Name, hcl.Range{}); d != nil {
		return d
	}
	writeComment(body, b.Comments[""])
	inner := body.AppendNewBlock(b.Type, []string{b.Name}).Body()
	left := len(b.Values)
	for i := range bt.Attributes {
		a := &bt.Attributes[i]
		if _, ok := b.Values[a.Name]; ok {
			left--
		}
		writeComment(inner, b.Comments[a.Name])
		if err := writeAttribute(inner, a, b.Values[a.Name]); err != nil {
			return err
		}
	}
	for i := range bt.Blocks {
		n := &bt.Blocks[i]
		if _, ok := b.Values[n.Name]; ok {
			left--
		}
		writeComment(inner, b.Comments[n.Name])
		if err := writeNested(inner, n, b.Values[n.Name]); err != nil {
			return err
		}
	}
	if left > 0 {
		return fmt.Errorf("%d of its values belong to no attribute", left)
	}
	return nil
}

func writeNested(body *hclwrite.Body, n *NestedBlock, v cty.Value) error {
	if v == cty.NilVal || v.IsNull() {
		return nil
	}
	if !v.Type().IsObjectType() || !v.IsKnown() {
		return fmt.Errorf("%s: the value of a block is an object", n.Name)
	}
	inner := body.AppendNewBlock(n.Name, nil).Body()
	for name := range v.Type().AttributeTypes() {
		if n.Attribute(name) == nil {
			return fmt.Errorf("%s has no attribute %q", n.Name, name)
		}
	}
	for i := range n.Attributes {
		a := &n.Attributes[i]
		if !v.Type().HasAttribute(a.Name) {
			continue
		}
		if err := writeAttribute(inner, a, v.GetAttr(a.Name)); err != nil {
			return fmt.Errorf("%s: %w", n.Name, err)
		}
	}
	return nil
}

// writeAttribute checks a value as the language would and writes it.
func writeAttribute(body *hclwrite.Body, a *Attribute, v cty.Value) error {
	if v == cty.NilVal || v.IsNull() {
		return nil
	}
	if !v.IsWhollyKnown() {
		return fmt.Errorf("%s: the value is not known", a.Name)
	}
	checked, err := a.normalise(v)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Name, err)
	}
	body.SetAttributeValue(a.Name, a.readable(v, checked))
	return nil
}

// readable is the form in which people would write a value. Where a table
// converts values, only the given form is sure to be accepted again.
func (a *Attribute) readable(given, checked cty.Value) cty.Value {
	switch a.Type {
	case TypeDuration:
		if n, _ := checked.AsBigFloat().Int64(); n >= 120 && n%60 == 0 {
			return cty.StringVal(FormatDuration(n))
		}
	case TypeSize:
		if n, _ := checked.AsBigFloat().Int64(); n >= 1024 && n%1024 == 0 {
			return cty.StringVal(FormatSize(n))
		}
	}
	if a.Convert != nil {
		return given
	}
	return checked
}

// writeComment writes lines behind "#". Nothing can break out of a line:
// control characters are replaced.
func writeComment(body *hclwrite.Body, text string) {
	if text == "" {
		return
	}
	for line := range strings.Lines(text) {
		line = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return unicode.ReplacementChar
			}
			return r
		}, strings.TrimRight(line, "\r\n"))
		body.AppendUnstructuredTokens(hclwrite.Tokens{{
			Type:  hclsyntax.TokenComment,
			Bytes: []byte(strings.TrimRight("# "+line, " ") + "\n"),
		}})
	}
}
