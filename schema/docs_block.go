package schema

import (
	"fmt"
	"strings"
)

// Doc is the page of one block type in Markdown.
func Doc(bt *BlockType) []byte {
	p := newPage(bt.Name)
	p.paragraph(bt.Summary)
	if bt.Example != "" {
		p.code("hcl", bt.Example)
	}
	p.paragraph(bt.Description)
	p.heading(2, "Attributes")
	p.attributes(3, bt.Attributes)
	for _, b := range bt.Blocks {
		p.heading(2, "Block "+b.Name)
		if b.Required {
			p.paragraph("Required. " + b.Description)
		} else {
			p.paragraph(b.Description)
		}
		p.attributes(3, b.Attributes)
	}
	p.paragraph("The block also takes the [meta-arguments](meta-arguments.md).")
	return p.end()
}

func (p *page) attributes(level int, attrs []Attribute) {
	for i := range attrs {
		a := &attrs[i]
		p.heading(level, "`"+a.Name+"`")
		p.paragraph(a.Description)
		if facts := a.facts(); len(facts) > 0 {
			p.paragraph("- " + strings.Join(facts, "\n- "))
		}
	}
}

// facts are the lines below an attribute's description.
func (a *Attribute) facts() []string {
	facts := []string{"Type: " + a.typeFact()}
	add := func(format string, args ...any) { facts = append(facts, fmt.Sprintf(format, args...)) }
	if a.Type == TypeEnum {
		add("Values: %s", a.wordsFact())
	}
	if a.Default != "" {
		if a.Key != "" {
			add("Kernel's default: %s", a.Default)
		} else {
			add("Default: `%s`", a.Default)
		}
	}
	if a.Min != nil || a.Max != nil {
		fact := capital(a.bounds())
		if a.Type == TypeEnum {
			fact = "Numbers: " + a.bounds()
		}
		if a.RangeReason != "" {
			fact += ". " + strings.TrimSuffix(a.RangeReason, ".")
		}
		add("%s", fact)
	}
	if a.Key != "" {
		add("Kernel parameter: `%s`%s", a.Key, a.kernelsFact())
	}
	if a.Global {
		add("One value for the whole machine: it can be set in the initial network namespace only")
	}
	if a.Irreversible != "" {
		add("Cannot be undone: %s", a.Irreversible)
	}
	return facts
}

func (a *Attribute) typeFact() string {
	text := string(a.Type)
	switch {
	case a.Type == TypeAny:
		text = "see above"
	case a.Type == TypeEnum:
		text = "one of the values below"
	case a.Type == TypeNumber && a.Unit != "":
		text = "whole number of " + a.Unit
	case a.Type == TypeNumber:
		text = "whole number"
	}
	if a.Required {
		text += ", required"
	}
	return text
}

func (a *Attribute) wordsFact() string {
	var words []string
	for _, e := range a.Enum {
		word := fmt.Sprintf("`%q`", e.Word)
		if e.Description != "" {
			word += " (" + e.Description + ")"
		}
		words = append(words, word)
	}
	if a.Numeric {
		words = append(words, "or a number")
	}
	return strings.Join(words, ", ")
}

func (a *Attribute) kernelsFact() string {
	switch {
	case a.Since != "" && a.Until != "":
		return fmt.Sprintf(", kernels %s to %s", a.Since, a.Until)
	case a.Since != "":
		return fmt.Sprintf(", kernels from %s on", a.Since)
	case a.Until != "":
		return fmt.Sprintf(", kernels up to %s", a.Until)
	}
	return ""
}
