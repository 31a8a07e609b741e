package view

import (
	"fmt"
	"strings"

	"github.com/ctplan/ctplan/schema"
)

// TypesText lists block types with one line each.
func TypesText(out *Output, types []*schema.BlockType) {
	p := out.page()
	defer p.flush()
	s := HelpSection{Title: "Block types:"}
	for _, bt := range types {
		s.Entries = append(s.Entries, HelpEntry{bt.Name, bt.Summary})
	}
	p.helpSection(s)
	p.blank()
	p.text("For the attributes of one run: ctplan schema TYPE")
}

// TypeText describes the attributes of a block type.
func TypeText(out *Output, bt *schema.BlockType) {
	p := out.page()
	defer p.flush()
	p.line(in(bold, bt.Name+` "NAME"`))
	p.prose(0, plain, bt.Summary)
	p.attributes(bt.Attributes)
	for _, b := range bt.Blocks {
		p.blank()
		p.line(in(bold, b.Name+" { }"))
		p.prose(0, plain, b.Description)
		p.attributes(b.Attributes)
	}
}

func (p *page) attributes(attrs []schema.Attribute) {
	for _, a := range attrs {
		p.blank()
		l := text("  ").style(bold, a.Name).add(" = " + string(a.Type))
		if a.Required {
			l = l.style(red, " (required)")
		}
		p.line(l)
		p.prose(6, plain, a.Description)
		for _, fact := range facts(a) {
			p.prose(6, faint, fact)
		}
	}
}

// facts are what the table says of an attribute beside its description.
func facts(a schema.Attribute) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if a.Key != "" {
		add("kernel: %s", a.Key)
	}
	if r := rangeText(a); r != "" {
		add("range: %s", r)
	}
	if len(a.Enum) > 0 {
		words := make([]string, len(a.Enum))
		for i, e := range a.Enum {
			words[i] = e.Word
		}
		add("one of: %s", strings.Join(words, ", "))
	}
	if a.Default != "" {
		add("default: %s", a.Default)
	}
	switch {
	case a.Since != "" && a.Until != "":
		add("kernels: %s to %s", a.Since, a.Until)
	case a.Since != "":
		add("kernels: since %s", a.Since)
	case a.Until != "":
		add("kernels: up to %s", a.Until)
	}
	if a.Global {
		add("of the whole machine: only the initial network namespace can write it")
	}
	if !a.Reversible() {
		add("not reversible: %s", a.Irreversible)
	}
	return out
}

func rangeText(a schema.Attribute) string {
	unit := ""
	if a.Unit != "" {
		unit = " " + a.Unit
	}
	switch {
	case a.Min != nil && a.Max != nil:
		return fmt.Sprintf("%d to %d%s", *a.Min, *a.Max, unit)
	case a.Min != nil:
		return fmt.Sprintf("at least %d%s", *a.Min, unit)
	case a.Max != nil:
		return fmt.Sprintf("at most %d%s", *a.Max, unit)
	case a.Unit != "":
		return "in " + a.Unit
	}
	return ""
}

// FunctionsText lists functions with their signatures.
func FunctionsText(out *Output, docs []schema.FunctionDoc) {
	p := out.page()
	defer p.flush()
	for i, f := range docs {
		if i > 0 {
			p.blank()
		}
		p.line(in(bold, f.Name).add("(" + parameters(f) + ")"))
		p.prose(4, plain, f.Description)
		p.line(in(faint, "    "+f.Example+" is "+f.Result))
	}
}

func parameters(f schema.FunctionDoc) string {
	var list []string
	for _, p := range f.Parameters {
		list = append(list, p.Name+" "+p.Type)
	}
	if f.Variadic != nil {
		list = append(list, "..."+f.Variadic.Name+" "+f.Variadic.Type)
	}
	return strings.Join(list, ", ")
}
