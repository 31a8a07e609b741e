package sysctl

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/provider"
)

// DataTypes implements provider.DataSource.
func (Provider) DataTypes() []string { return []string{"conntrack", "host", "sysctl"} }

// ReadData implements provider.DataSource.
func (Provider) ReadData(ctx context.Context, q provider.Query) (cty.Value, error) {
	switch q.Type {
	case "host":
		return hostData(q.Facts), nil
	case "conntrack":
		return conntrackData(ctx, q)
	case "sysctl":
		return sysctlData(ctx, q)
	}
	return cty.NilVal, fmt.Errorf("no data source %q", q.Type)
}

// hostData is what the plan knows of its machine.
func hostData(f planner.Facts) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"arch":       cty.StringVal(f.Arch),
		"boot_id":    cty.StringVal(f.BootID),
		"cpus":       cty.NumberIntVal(int64(f.CPUs)),
		"hostname":   cty.StringVal(f.Hostname),
		"init_netns": cty.BoolVal(f.InitNetns),
		"kernel":     cty.StringVal(f.Kernel),
		"machine_id": cty.StringVal(f.MachineID),
		"memory":     cty.NumberIntVal(f.Memory),
		"memory_mib": cty.NumberIntVal(f.Memory >> 20),
		"netns":      cty.StringVal(f.NetnsName),
		"page_size":  cty.NumberIntVal(f.PageSize),
	})
}

// sysctlData is one parameter's live value.
func sysctlData(ctx context.Context, q provider.Query) (cty.Value, error) {
	key := q.Config["key"]
	if key.IsNull() || !key.IsKnown() {
		return cty.NilVal, errors.New("key is not set")
	}
	path := bootconf.PathOf(key.AsString())
	if !bootconf.ValidPath(path) {
		return cty.NilVal, fmt.Errorf("%q does not name a parameter under /proc/sys", key.AsString())
	}
	out := map[string]cty.Value{"key": key, "exists": cty.False, "value": cty.NullVal(cty.String)}
	got := newReader(q.Host).read(ctx, path)
	switch {
	case got.err == nil:
		out["exists"], out["value"] = cty.True, cty.StringVal(fields(got.value))
	case errors.Is(got.err, fs.ErrNotExist), errors.Is(got.err, syscall.ENOTDIR):
	default:
		return cty.NilVal, got.err
	}
	return cty.ObjectVal(out), nil
}

// conntrackData is the connection table. What the kernel does not show,
// because nf_conntrack is not loaded or hides it, is null.
func conntrackData(ctx context.Context, q provider.Query) (cty.Value, error) {
	live := newReader(q.Host)
	number := func(path string) cty.Value {
		n, ok := live.number(ctx, path)
		if !ok {
			return cty.NullVal(cty.Number)
		}
		return cty.NumberIntVal(n)
	}
	out := map[string]cty.Value{
		"buckets":    number(pathBuckets),
		"count":      number(pathCount),
		"max":        number(pathMax),
		"statistics": cty.NullVal(cty.Map(cty.Number)),
	}
	f, err := q.Host.ReadFile(ctx, statisticsFile)
	if err == nil {
		totals, err := parseStatistics(string(f.Data))
		if err != nil {
			return cty.NilVal, fmt.Errorf("%s: %w", statisticsFile, err)
		}
		out["statistics"] = totals
	}
	return cty.ObjectVal(out), ctx.Err()
}
