package trace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

// roots are where tracefs is found: its own place from Linux 4.1 on, and the
// one within debugfs.
var roots = []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}

// MissingError says why there is no tracefs to work with.
type MissingError struct {
	// Reason is what was found, Advice what to do.
	Reason, Advice string
}

func (e *MissingError) Error() string { return e.Reason + ". " + e.Advice }

// findRoot returns the directory of tracefs, or a *MissingError.
func findRoot(ctx context.Context, h host.Host) (string, error) {
	place := false
	for _, root := range roots {
		entries, err := h.ReadDir(ctx, root)
		switch {
		case err == nil && holds(entries, "instances"):
			return root, nil
		case err == nil:
			place = true
		case errors.Is(err, fs.ErrPermission):
			return "", &MissingError{fmt.Sprintf("Tracing cannot be read: %s: %v", root, err), "Tracing is for root alone: plan as root."}
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
	}
	if place {
		return "", &MissingError{
			fmt.Sprintf("Tracing needs tracefs, which is not mounted: %s is empty", roots[0]),
			"Mount it (mount -t tracefs tracefs /sys/kernel/tracing) and plan again; systemd does so at boot. `ip netns exec` hides it.",
		}
	}
	return "", &MissingError{fmt.Sprintf("This kernel has no tracing: there is no %s", roots[0]), "It was probably built without CONFIG_TRACING."}
}

func holds(entries []host.DirEntry, name string) bool {
	for _, e := range entries {
		if e.Name == name {
			return true
		}
	}
	return false
}

func instanceDir(root, instance string) string { return path.Join(root, "instances", instance) }

func eventDir(root string, t planner.Tracepoint) string {
	return path.Join(instanceDir(root, t.Instance), "events", t.Group, t.Event)
}

// noFilter is what a filter file shows when there is none.
const noFilter = "none"

// ReadTracepoint reads a KindTrace target: an instance is there or not; an
// event is off, with no filter, wherever its instance is not there.
func ReadTracepoint(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	t, err := planner.ParseTracepoint(name)
	if err != nil {
		return nil, err
	}
	root, err := findRoot(ctx, h)
	var missing *MissingError
	if errors.As(err, &missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if t.Event == "" {
		if _, err := h.ReadDir(ctx, instanceDir(root, t.Instance)); err != nil {
			return nil, absent(err)
		}
		return planner.Value(planner.TraceOn), nil
	}
	dir := eventDir(root, t)
	enable, err := h.ReadFile(ctx, dir+"/enable")
	if err != nil {
		return nil, absent(err)
	}
	filter, err := h.ReadFile(ctx, dir+"/filter")
	if err != nil {
		return nil, absent(err)
	}
	return eventState(strings.HasPrefix(string(enable.Data), "1"), strings.TrimSpace(string(filter.Data))), nil
}

// absent turns "there is no such file" into no error.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// eventState is the state of an event: nil where it is off and has no filter.
func eventState(on bool, filter string) *planner.State {
	word := planner.TraceOff
	if on {
		word = planner.TraceOn
	}
	switch {
	case filter != noFilter && filter != "":
		return planner.Value(word + ": " + filter)
	case on:
		return planner.Value(word)
	}
	return nil
}

// WriteTracepoint makes or removes an instance, or sets an event's filter and
// switches it on or off.
func WriteTracepoint(ctx context.Context, h host.Host, name string, _, to *planner.State) error {
	t, err := planner.ParseTracepoint(name)
	if err != nil {
		return err
	}
	root, err := findRoot(ctx, h)
	if err != nil {
		return err
	}
	if t.Event == "" {
		return writeInstance(ctx, h, instanceDir(root, t.Instance), to != nil)
	}
	dir := eventDir(root, t)
	if to == nil {
		if _, err := h.ReadDir(ctx, dir); errors.Is(err, fs.ErrNotExist) {
			return nil // gone with its instance
		}
		to = planner.Value(planner.TraceOff)
	}
	word, filter, filtered := strings.Cut(to.Data, ": ")
	if word == planner.TraceOff {
		if err := h.WriteControl(ctx, dir+"/enable", "0\n"); err != nil {
			return err
		}
	}
	if !filtered {
		filter = "0" // clears it
	}
	if err := h.WriteControl(ctx, dir+"/filter", filter+"\n"); err != nil {
		// The kernel keeps the text of a filter that it refuses, and filters nothing.
		_ = h.WriteControl(ctx, dir+"/filter", "0\n")
		return err
	}
	if word == planner.TraceOn {
		return h.WriteControl(ctx, dir+"/enable", "1\n")
	}
	return nil
}

// writeInstance makes or removes the directory that is an instance.
func writeInstance(ctx context.Context, h host.Host, dir string, wanted bool) error {
	_, err := h.ReadDir(ctx, dir)
	if there := err == nil; there == wanted {
		return nil
	}
	argv, hint := []string{"mkdir", "--", dir}, ""
	if !wanted {
		argv, hint = []string{"rmdir", "--", dir}, " (it is busy while somebody reads it: end `ctplan trace` and every other reader of its trace_pipe)"
	}
	result, err := h.Run(ctx, host.Command{Argv: argv})
	if err != nil {
		return err
	}
	if result.ExitCode != 0 {
		return fmt.Errorf("%s: %s%s", strings.Join(argv, " "), strings.TrimSpace(string(result.Stderr)), hint)
	}
	return nil
}
