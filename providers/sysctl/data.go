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
	"github.com/ctplan/ctplan/providers/flows"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema/packet"
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
		"per_cpu":    cty.NullVal(cty.List(cty.Map(cty.Number))),
		"statistics": cty.NullVal(cty.Map(cty.Number)),
	}
	out["by_protocol"], out["by_state"] = census(flows.ReadTable(ctx, q.Host), !out["count"].IsNull())
	f, err := q.Host.ReadFile(ctx, statisticsFile)
	if err == nil {
		stats, err := parseStatistics(string(f.Data))
		if err != nil {
			return cty.NilVal, fmt.Errorf("%s: %w", statisticsFile, err)
		}
		out["statistics"], out["per_cpu"] = stats.totals(), stats.perCPU()
	}
	return cty.ObjectVal(out), ctx.Err()
}

// census counts the entries of the table by protocol and state; null where
// nothing is tracked or the table was not read.
func census(table flows.Table, tracking bool) (byProtocol, byState cty.Value) {
	if table.Unread != nil || !tracking {
		return cty.NullVal(cty.Map(cty.Number)), cty.NullVal(cty.Map(cty.Map(cty.Number)))
	}
	protocols, states := table.Census(func(n uint8) string { return packet.Protocol{Number: n}.Name() })
	lists := map[string]cty.Value{}
	for protocol, list := range states {
		lists[protocol] = counted(list)
	}
	if len(lists) == 0 {
		return counted(protocols), cty.MapValEmpty(cty.Map(cty.Number))
	}
	return counted(protocols), cty.MapVal(lists)
}

func counted(counts map[string]int) cty.Value {
	out := map[string]cty.Value{}
	for name, n := range counts {
		out[name] = cty.NumberIntVal(int64(n))
	}
	if len(out) == 0 {
		return cty.MapValEmpty(cty.Number)
	}
	return cty.MapVal(out)
}
