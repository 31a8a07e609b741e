package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/flows"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/kmod"
	"github.com/ctplan/ctplan/providers/trace"
	"github.com/ctplan/ctplan/providers/xtables"
)

// driver reads and writes the targets of one kind.
type driver struct {
	read  func(ctx context.Context, h host.Host, name string) (*planner.State, error)
	write func(ctx context.Context, h host.Host, name string, from, to *planner.State) error
}

// drivers is the closed set of things that an operation can change.
var drivers = map[planner.Kind]driver{
	planner.KindSysctl:  {readSysctl, writeSysctl},
	planner.KindFile:    {readFile, writeFile},
	planner.KindModule:  {kmod.ReadModule, kmod.WriteModule},
	planner.KindControl: {kmod.ReadControl, kmod.WriteControl},
	planner.KindDebug:   {trace.ReadSite, trace.WriteSite},
	planner.KindRules:   {xtables.Read, xtables.Write},
	planner.KindTrace:   {trace.ReadTracepoint, trace.WriteTracepoint},
	planner.KindFlows:   {flows.Read, flows.Write},
}

// UnknownKindError is a plan or journal from a ctplan that knew more.
type UnknownKindError struct{ Kind planner.Kind }

func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("this ctplan cannot change a target of kind %q; use the version that made the plan", e.Kind)
}

// Read returns what a target holds now, nil where it does not exist.
func Read(ctx context.Context, h host.Host, t planner.Target) (*planner.State, error) {
	d, known := drivers[t.Kind]
	if !known {
		return nil, &UnknownKindError{t.Kind}
	}
	s, err := d.read(ctx, h, t.Name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t, err)
	}
	return s, nil
}

// ReadAll reads many targets into the form that planner.Build wants. Those
// that are known already, because a provider has just read them, are taken
// from there.
func ReadAll(ctx context.Context, h host.Host, targets []planner.Target, known map[string]*planner.State) (map[string]*planner.State, error) {
	live := make(map[string]*planner.State, len(targets))
	for _, t := range targets {
		if s, isKnown := known[t.ID()]; isKnown {
			live[t.ID()] = s
			continue
		}
		s, err := Read(ctx, h, t)
		if err != nil {
			return nil, err
		}
		live[t.ID()] = s
	}
	return live, nil
}

func write(ctx context.Context, h host.Host, t planner.Target, from, to *planner.State) error {
	d, known := drivers[t.Kind]
	if !known {
		return &UnknownKindError{t.Kind}
	}
	return d.write(ctx, h, t.Name, from, to)
}

const procSys = "/proc/sys/"

func readSysctl(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	f, err := h.ReadFile(ctx, procSys+name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return planner.Value(strings.TrimRight(string(f.Data), "\n")), nil
}

func writeSysctl(ctx context.Context, h host.Host, name string, _, to *planner.State) error {
	if to == nil {
		return fmt.Errorf("%s is a kernel parameter and cannot be removed", planner.SysctlKey(name))
	}
	return h.WriteControl(ctx, procSys+name, to.Data)
}

func readFile(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	f, err := h.ReadFile(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &planner.State{Data: string(f.Data), Mode: f.Mode, UID: f.UID, GID: f.GID}, nil
}

func writeFile(ctx context.Context, h host.Host, name string, _, to *planner.State) error {
	if to == nil {
		return h.Remove(ctx, name)
	}
	return h.WriteFile(ctx, name, host.File{Data: []byte(to.Data), Mode: to.Mode, UID: to.UID, GID: to.GID})
}
