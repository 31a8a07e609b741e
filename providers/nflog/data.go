package nflog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/providers/provider"
)

var _ provider.DataSource = Provider{}

// DataTypes implements provider.DataSource.
func (Provider) DataTypes() []string { return []string{"log_backends"} }

// ReadData implements provider.DataSource.
func (Provider) ReadData(ctx context.Context, q provider.Query) (cty.Value, error) {
	if q.Type != "log_backends" {
		return cty.NilVal, fmt.Errorf("no data source %q", q.Type)
	}
	loggers, err := readLoggers(ctx, q.Host)
	if err != nil {
		return cty.NilVal, err
	}
	active, available := map[string]cty.Value{}, map[string]cty.Value{}
	for family, number := range families {
		f, err := q.Host.ReadFile(ctx, "/proc/sys/"+slot(family))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return cty.NilVal, err
		}
		active[family] = cty.StringVal(display(strings.TrimSpace(string(f.Data))))
		list := []cty.Value{}
		for _, name := range loggers[number] {
			list = append(list, cty.StringVal(name))
		}
		available[family] = cty.ListValEmpty(cty.String)
		if len(list) > 0 {
			available[family] = cty.ListVal(list)
		}
	}
	if len(active) == 0 {
		return cty.ObjectVal(map[string]cty.Value{"active": cty.MapValEmpty(cty.String), "available": cty.MapValEmpty(cty.List(cty.String))}), nil
	}
	return cty.ObjectVal(map[string]cty.Value{"active": cty.MapVal(active), "available": cty.MapVal(available)}), nil
}
