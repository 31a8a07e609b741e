package host

import (
	"context"
	"slices"
)

// SetFlows replaces the connection table.
func (h *Fake) SetFlows(flows ...Flow) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.flows = slices.Clone(flows)
}

// Flows implements Host.
func (h *Fake) Flows(ctx context.Context, visit func(Flow) FlowVerdict) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h.mu.Lock()
	table := slices.Clone(h.flows)
	h.mu.Unlock() // a visitor may use the host
	doomed := map[Flow]bool{}
	for _, f := range table {
		if visit(f) == DeleteFlow {
			doomed[f] = true
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.flows = slices.DeleteFunc(h.flows, func(f Flow) bool { return doomed[f] })
	return nil
}

// Flows implements Host. Only a call that deletes something counts; a kill
// in its middle leaves half of the flows deleted.
func (h *Faulty) Flows(ctx context.Context, visit func(Flow) FlowVerdict) error {
	var doomed []Flow
	err := h.Host.Flows(ctx, func(f Flow) FlowVerdict {
		if visit(f) == DeleteFlow {
			doomed = append(doomed, f)
		}
		return KeepFlow
	})
	if err != nil || len(doomed) == 0 {
		return err
	}
	deletion := func(flows []Flow) func() error {
		return func() error {
			return h.Host.Flows(ctx, func(f Flow) FlowVerdict { return FlowVerdict(slices.Contains(flows, f)) })
		}
	}
	return h.mutate("delete tracked flows", deletion(doomed), deletion(doomed[:len(doomed)/2]))
}
