package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/schema"
)

// schemaOptions are the flags of schema.
type schemaOptions struct {
	typ       string
	json      bool
	functions bool
}

func newSchema(a *app, run func(context.Context, *schemaOptions) error) *cobra.Command {
	o := &schemaOptions{}
	cmd := &cobra.Command{
		Use:   "schema [TYPE]",
		Short: "Describe block types, attributes and functions",
		Long: "Lists the block types, or describes the attributes of one: type, unit, range, kernel\n" +
			"parameter, default, and the kernels that have it.",
		Example: "ctplan schema\nctplan schema conntrack\nctplan schema -json conntrack\nctplan schema -functions",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.typ = args[0]
			}
			if o.typ != "" && o.functions {
				return &usageError{"-functions lists functions, which belong to no block type. Leave out " + o.typ + "."}
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runSchema(a, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "write a JSON document")
	f.BoolVar(&o.functions, "functions", false, "describe the functions of expressions")
	return cmd
}

func runSchema(a *app, o *schemaOptions) error {
	out := a.stdout()
	types := schema.Types()
	if o.typ != "" {
		bt := schema.LookupType(o.typ)
		if bt == nil {
			detail := fmt.Sprintf("There is no block type %q.", o.typ)
			if s := suggestion(o.typ, slices.Clone(schema.TypeNames())); s != "" {
				detail += fmt.Sprintf(" Did you mean %q?", s)
			}
			return &failure{summary: "No such block type", detail: detail}
		}
		types = []*schema.BlockType{bt}
	}
	switch {
	case o.functions && o.json:
		view.FunctionsJSON(out, schema.FunctionDocs())
	case o.functions:
		view.FunctionsText(out, schema.FunctionDocs())
	case o.json:
		view.SchemaJSON(out, types)
	case o.typ == "":
		view.TypesText(out, types)
	default:
		view.TypeText(out, types[0])
	}
	return writeError("standard output", out.Err())
}
