package kmod

import (
	"context"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/providers/provider"
)

var _ provider.DataSource = Provider{}

// DataTypes implements provider.DataSource.
func (Provider) DataTypes() []string { return []string{"modules"} }

// ReadData implements provider.DataSource.
func (Provider) ReadData(ctx context.Context, q provider.Query) (cty.Value, error) {
	if q.Type != "modules" {
		return cty.NilVal, fmt.Errorf("no data source %q", q.Type)
	}
	inv, err := ReadInventory(ctx, q.Host, q.Facts)
	if err != nil {
		return cty.NilVal, err
	}
	return cty.ObjectVal(map[string]cty.Value{
		"builtin":  names(sorted(inv.builtin)),
		"loadable": cty.BoolVal(inv.Loadable),
		"loaded":   names(sortedNames(inv.Loaded)),
	}), nil
}

func names(list []string) cty.Value {
	if len(list) == 0 {
		return cty.ListValEmpty(cty.String)
	}
	out := make([]cty.Value, len(list))
	for i, s := range list {
		out[i] = cty.StringVal(s)
	}
	return cty.ListVal(out)
}
