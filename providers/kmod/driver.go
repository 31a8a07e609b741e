package kmod

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
)

// loadTimeout bounds modprobe and rmmod. Unloading nf_conntrack waits for
// its entries to be cleaned up.
const loadTimeout = time.Minute

// LoadError says that modprobe or rmmod refused.
type LoadError struct {
	// Command is what was run.
	Command string
	// Output is what it said, ExitCode how it ended.
	Output   string
	ExitCode int
	// Hint says what to do, or is empty.
	Hint string
}

func (e *LoadError) Error() string {
	text := fmt.Sprintf("%s ended with exit code %d", e.Command, e.ExitCode)
	if e.Output != "" {
		text += ": " + e.Output
	}
	return text + e.Hint
}

// ReadModule reads a KindModule target: nil where the module is not loaded.
func ReadModule(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	f, err := h.ReadFile(ctx, procModules)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a kernel without modules has none loaded
	}
	if err != nil {
		return nil, err
	}
	loaded, err := ParseModules(string(f.Data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", procModules, err)
	}
	if entry, is := loaded[name]; !is || !entry.Live {
		return nil, nil
	}
	return planner.Loaded(), nil
}

// WriteModule loads a module, with its options, or unloads it. Loading brings
// the modules that it needs; unloading removes this one only, since
// `modprobe -r` would also take away what others loaded before.
func WriteModule(ctx context.Context, h host.Host, name string, _, to *planner.State) error {
	if to != nil {
		argv := []string{"modprobe"}
		if denied, err := deniedByUs(ctx, h, name); err != nil {
			return err
		} else if denied {
			argv = append(argv, "-i") // an unload is being undone, and the line that denies the module goes later
		}
		return run(ctx, h, append(append(argv, name), planner.ModuleOptions(to)...), "")
	}
	now, err := ReadModule(ctx, h, name)
	if err != nil || now == nil {
		return err // a module that is already gone is no error
	}
	return run(ctx, h, []string{"rmmod", name}, held(ctx, h, name))
}

// deniedByUs reports whether ctplan's own file has an install line for a module.
func deniedByUs(ctx context.Context, h host.Host, name string) (bool, error) {
	content, err := optional(ctx, h, ModprobeFile)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(bootconf.ParseModprobe(ModprobeFile, []byte(content)), func(d bootconf.Directive) bool {
		return d.Module == name && d.Denies()
	}), nil
}

func run(ctx context.Context, h host.Host, argv []string, hint string) error {
	result, err := h.Run(ctx, host.Command{Argv: argv, Timeout: loadTimeout})
	if err != nil {
		return err
	}
	if result.ExitCode == 0 {
		return nil
	}
	return &LoadError{
		Command:  strings.Join(argv, " "),
		Output:   strings.Join(strings.Fields(string(result.Stderr)), " "),
		ExitCode: result.ExitCode,
		Hint:     hint,
	}
}

// held says what keeps a module from being unloaded, as far as the kernel tells.
func held(ctx context.Context, h host.Host, name string) string {
	f, err := h.ReadFile(ctx, procModules)
	if err != nil {
		return ""
	}
	loaded, err := ParseModules(string(f.Data))
	if err != nil {
		return ""
	}
	inv := &Inventory{Loaded: loaded}
	entry := loaded[name]
	switch {
	case len(entry.Holders) > 0:
		return fmt.Sprintf(" (used by %s)", strings.Join(entry.Holders, ", "))
	case entry.Others() > 0:
		return fmt.Sprintf(" (%s)", inv.InUse(name)[0])
	}
	return ""
}

// ReadControl reads a KindControl target: nil where the kernel has no such file.
func ReadControl(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	f, err := h.ReadFile(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return planner.Value(strings.TrimSpace(string(f.Data))), nil
}

// WriteControl writes a KindControl target.
func WriteControl(ctx context.Context, h host.Host, name string, _, to *planner.State) error {
	if to == nil {
		return fmt.Errorf("%s is a kernel file and cannot be removed", name)
	}
	return h.WriteControl(ctx, name, to.Data+"\n")
}
