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
}

func (e *LoadError) Error() string {
	text := fmt.Sprintf("%s ended with exit code %d", e.Command, e.ExitCode)
	if e.Output != "" {
		text += ": " + e.Output
	}
	return text
}

// InUseError says that a module cannot be unloaded, because the kernel counts
// users of it.
type InUseError struct {
	Module string
	// By says what uses it, as far as the kernel tells.
	By string
}

func (e *InUseError) Error() string { return fmt.Sprintf("module %s is in use: %s", e.Module, e.By) }

// ReadModule reads a KindModule target: nil where the module is not loaded.
func ReadModule(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	loaded, err := readLoaded(ctx, h)
	if err != nil {
		return nil, err
	}
	if entry, is := loaded[name]; !is || !entry.Live {
		return nil, nil
	}
	return planner.Loaded(), nil
}

// readLoaded lists the loaded modules; a kernel without modules has none.
func readLoaded(ctx context.Context, h host.Host) (map[string]Entry, error) {
	f, err := h.ReadFile(ctx, procModules)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	loaded, err := ParseModules(string(f.Data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", procModules, err)
	}
	return loaded, nil
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
		return run(ctx, h, append(append(argv, name), planner.ModuleOptions(to)...))
	}
	loaded, err := readLoaded(ctx, h)
	if err != nil {
		return err
	}
	entry, is := loaded[name]
	if !is {
		return nil // a module that is already gone is no error
	}
	if by := heldBy(loaded, entry); by != "" {
		return &InUseError{name, by}
	}
	return run(ctx, h, []string{"rmmod", name})
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

func run(ctx context.Context, h host.Host, argv []string) error {
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
	}
}

// heldBy says what keeps a module from being unloaded, or nothing.
func heldBy(loaded map[string]Entry, e Entry) string {
	switch {
	case len(e.Holders) > 0:
		return "module " + strings.Join(e.Holders, ", ") + " needs it"
	case e.Others() > 0:
		inv := &Inventory{Loaded: loaded}
		return inv.InUse(e.Name)[0].String()
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
