package trace

import (
	"context"
	"errors"
	"fmt"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

// mixed stands for messages that share their place, as those of an inline
// function do, and have different flags. The kernel's queries cannot tell
// them apart.
const mixed = "mixed"

// ErrMixed says that flags cannot be restored one by one.
var ErrMixed = errors.New("several messages of this place had different flags, which cannot be set one by one")

// ReadSite reads a KindDebug target: nil where the running kernel has no such
// message, or is another one.
func ReadSite(ctx context.Context, h host.Host, name string) (*planner.State, error) {
	target, err := planner.ParseDebugSite(name)
	if err != nil {
		return nil, err
	}
	facts, err := h.Facts(ctx)
	if err != nil || facts.Kernel != target.Release {
		return nil, err
	}
	_, sites, err := readControl(ctx, h)
	if err != nil {
		return nil, err
	}
	var state *planner.State
	for _, s := range sites {
		switch {
		case !s.same(target):
		case state == nil:
			state = planner.Value(s.Flags)
		case state.Data != s.Flags:
			state.Data = mixed
		}
	}
	return state, nil
}

// WriteSite sets the flags of a KindDebug target.
func WriteSite(ctx context.Context, h host.Host, name string, _, to *planner.State) error {
	target, err := planner.ParseDebugSite(name)
	if err != nil {
		return err
	}
	if to == nil {
		return fmt.Errorf("debug messages are part of the kernel and cannot be removed")
	}
	if to.Data == mixed {
		return ErrMixed
	}
	file, _, err := readControl(ctx, h)
	if err != nil {
		return err
	}
	if file == "" {
		file = controlFiles[0] // the write says what is wrong
	}
	return h.WriteControl(ctx, file, target.Query()+" ="+to.Data+"\n")
}
