package providers

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// Data answers data blocks from a host. Equal blocks are read once, so that
// all of a configuration sees the same values. It is not safe for concurrent use.
type Data struct {
	host    host.Host
	facts   planner.Facts
	sources map[string]provider.DataSource // by kind of data block
	answers map[string]answer
}

type answer struct {
	value cty.Value
	err   error
}

var _ schema.DataReader = (*Data)(nil)

// NewData returns a reader for the data blocks of all providers.
func NewData(h host.Host, facts planner.Facts) *Data {
	d := &Data{host: h, facts: facts, sources: map[string]provider.DataSource{}, answers: map[string]answer{}}
	for _, p := range All() {
		source, ok := p.(provider.DataSource)
		if !ok {
			continue
		}
		for _, typ := range source.DataTypes() {
			d.sources[typ] = source
		}
	}
	return d
}

// ReadData implements schema.DataReader.
func (d *Data) ReadData(ctx context.Context, typ string, config map[string]cty.Value) (cty.Value, error) {
	source, ok := d.sources[typ]
	if !ok {
		return cty.NilVal, fmt.Errorf("this version of ctplan cannot read data %q blocks", typ)
	}
	question := identify(typ, config)
	if known, ok := d.answers[question]; ok {
		return known.value, known.err
	}
	value, err := source.ReadData(ctx, provider.Query{Host: d.host, Facts: d.facts, Type: typ, Config: config})
	if ctx.Err() == nil {
		d.answers[question] = answer{value, err}
	}
	return value, err
}

// identify writes a data block's kind and arguments in one unambiguous line.
func identify(typ string, config map[string]cty.Value) string {
	names := make([]string, 0, len(config))
	for name := range config {
		names = append(names, name)
	}
	sort.Strings(names)
	var out strings.Builder
	out.WriteString(typ)
	for _, name := range names {
		fmt.Fprintf(&out, "\x00%s=%#v", name, config[name])
	}
	return out.String()
}
