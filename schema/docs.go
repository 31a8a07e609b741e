package schema

import (
	"bytes"
	"fmt"
	"strings"
)

// Docs is the reference in Markdown, one file per block type and one for each
// of the shared parts, by path below docs/. It is made of the tables alone.
func Docs() map[string][]byte {
	files := map[string][]byte{
		"reference/README.md":         docIndex(),
		"reference/meta-arguments.md": docMetaArguments(),
		"reference/data.md":           docData(),
		"reference/functions.md":      docFunctions(),
	}
	for _, bt := range tables {
		files["reference/"+bt.Name+".md"] = Doc(bt)
	}
	return files
}

// generated says at the top of every file where its text comes from.
const generated = "<!-- Generated from the tables in schema/ by `make docs`. Do not edit. -->\n\n"

// page is a Markdown document that is being written.
type page struct{ bytes.Buffer }

func newPage(title string) *page {
	p := &page{}
	p.WriteString(generated)
	p.heading(1, title)
	return p
}

func (p *page) heading(level int, text string) {
	fmt.Fprintf(p, "%s %s\n\n", strings.Repeat("#", level), text)
}

func (p *page) paragraph(text string) { fmt.Fprintf(p, "%s\n\n", strings.TrimSpace(text)) }

func (p *page) code(language, text string) {
	fmt.Fprintf(p, "```%s\n%s\n```\n\n", language, strings.TrimRight(text, "\n"))
}

// table writes rows of cells under a header.
func (p *page) table(header []string, rows [][]string) {
	p.row(header)
	p.WriteString("|" + strings.Repeat(" --- |", len(header)) + "\n")
	for _, r := range rows {
		p.row(r)
	}
	p.WriteString("\n")
}

func (p *page) row(cells []string) {
	for _, c := range cells {
		c = strings.ReplaceAll(c, "\n", " ")
		fmt.Fprintf(p, "| %s ", strings.ReplaceAll(c, "|", `\|`))
	}
	p.WriteString("|\n")
}

// end is the document with exactly one newline at its end.
func (p *page) end() []byte { return append(bytes.TrimRight(p.Bytes(), "\n"), '\n') }

func docIndex() []byte {
	p := newPage("Language reference")
	p.paragraph("A configuration is all `*.ctplan.hcl` and `*.ctplan.json` files of a directory.")
	var rows [][]string
	for _, bt := range tables {
		rows = append(rows, []string{fmt.Sprintf("[%s](%s.md)", bt.Name, bt.Name), bt.Summary})
	}
	p.table([]string{"Block", "What it declares"}, rows)
	p.paragraph("- [Meta-arguments](meta-arguments.md) that all of these blocks take\n" +
		"- [Data blocks](data.md) that ask the host\n" +
		"- [Functions](functions.md)")
	p.heading(2, "Units")
	p.paragraph("A duration is a number of seconds, or a text with units from large to small: `90`, `\"90s\"`, `\"15m\"`, `\"1h\"`, `\"5d\"`, `\"2w\"`, `\"1h30m\"`, `\"1.5h\"`. It must come out as whole seconds.")
	p.paragraph("A size is a number of bytes, or a text with a unit: `67108864`, `\"64MiB\"` and `\"1.5GiB\"` (powers of 1024), `\"64MB\"` (powers of 1000). `\"64M\"` is refused, since programs disagree on what it means.")
	p.paragraph("A number in quotes is accepted as a number. `null` means that an attribute is not set.")
	return p.end()
}

func docMetaArguments() []byte {
	p := newPage("Meta-arguments")
	p.paragraph("Every block that declares something on the host takes them, beside its own attributes.")
	for _, m := range MetaArguments {
		p.heading(2, m.Name)
		p.paragraph(fmt.Sprintf("*%s.* %s", m.Type, m.Description))
	}
	return p.end()
}

func docData() []byte {
	p := newPage("Data blocks")
	p.paragraph("A data block asks the host a question while the plan is made; nothing is changed. `data.TYPE.NAME.ATTRIBUTE` is its answer, null where the host cannot tell.")
	for _, t := range DataTypes {
		p.heading(2, fmt.Sprintf("data %q", t.Name))
		p.paragraph(t.Summary)
		p.dataAttributes("Argument", t.Arguments)
		p.dataAttributes("Attribute", t.Attributes)
	}
	return p.end()
}

func (p *page) dataAttributes(kind string, attrs []DataAttribute) {
	if len(attrs) == 0 {
		return
	}
	var rows [][]string
	for _, a := range attrs {
		description := a.Description
		if a.Required {
			description += " Required."
		}
		if a.Unit != "" {
			description = strings.TrimSuffix(description, ".") + ", in " + a.Unit + "."
		}
		rows = append(rows, []string{"`" + a.Name + "`", "`" + typeText(a.Type) + "`", description})
	}
	p.table([]string{kind, "Type", "What it is"}, rows)
}

func docFunctions() []byte {
	p := newPage("Functions")
	p.paragraph("All functions are pure: the same configuration gives the same values at every plan. There is no access to the environment, the clock or random numbers.")
	docs := FunctionDocs()
	for _, group := range functionGroups {
		p.heading(2, group)
		for _, f := range docs {
			if f.Group != group {
				continue
			}
			p.heading(3, f.Name)
			p.code("", f.Signature())
			p.paragraph(f.Description)
			p.code("hcl", fmt.Sprintf("%s # %s", f.Example, f.Result))
		}
	}
	return p.end()
}

// Signature is how the function is called: "cidrhost(prefix string, hostnum number)".
func (f FunctionDoc) Signature() string {
	var params []string
	for _, p := range f.Parameters {
		params = append(params, p.Name+" "+p.Type)
	}
	if f.Variadic != nil {
		params = append(params, f.Variadic.Name+" "+f.Variadic.Type+"...")
	}
	return f.Name + "(" + strings.Join(params, ", ") + ")"
}
