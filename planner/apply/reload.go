package apply

import (
	"context"
	"slices"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/syslog"
)

// reload has every service that the operations concern read its files anew,
// once each. It is no operation of its own: it has no state to go back to,
// and after an undo it has to happen again.
func (t *Transaction) reload(ctx context.Context, ops []planner.Operation) error {
	var services []string
	for _, op := range ops {
		if op.Reload != "" && !slices.Contains(services, op.Reload) {
			services = append(services, op.Reload)
		}
	}
	for _, service := range services {
		began := t.Now()
		note, err := syslog.Reload(ctx, t.Host, service)
		t.notify(Event{Type: EventReload, Service: service, Note: note, Elapsed: t.Now().Sub(began), Err: err})
		if err != nil {
			return err
		}
	}
	return nil
}
