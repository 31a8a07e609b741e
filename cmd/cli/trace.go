package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/trace"
	"github.com/ctplan/ctplan/schema"
)

// traceOptions are the flags of trace.
type traceOptions struct {
	instance string
	events   []string
	count    int
	duration time.Duration
	json     bool
}

func newTrace(a *app, run func(context.Context, *traceOptions) error) *cobra.Command {
	o := &traceOptions{}
	cmd := &cobra.Command{
		Use:   "trace",
		Short: "Show the events that tracepoint blocks record, as they happen",
		Long: "Follows a trace instance and writes one line per event: when, what, both ends of the\n" +
			"connection, and what the kernel knows of the reason. An interrupt ends it.\n\n" +
			"Events are taken out of the instance's buffer: of two readers each sees a part.",
		Example: "ctplan trace\n" +
			"ctplan trace -event=tcp_send_reset -event=tcp_receive_reset\n" +
			"ctplan trace -duration=10m -json >resets.json",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.count < 0 || o.duration < 0 {
				return &usageError{"-count and -duration cannot be negative. Without them, events are shown until an interrupt."}
			}
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runTrace(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.instance, "instance", schema.DefaultInstance, "follow this trace instance")
	f.StringArrayVar(&o.events, "event", nil, "show this event only; * and ? are wildcards")
	f.IntVar(&o.count, "count", 0, "end after this many events")
	f.DurationVar(&o.duration, "duration", 0, "end after this time")
	f.BoolVar(&o.json, "json", false, "write JSON objects, one per line")
	f.Lookup("instance").Annotations = map[string][]string{placeholderKey: {"NAME"}}
	f.Lookup("event").Annotations = map[string][]string{placeholderKey: {"EVENT"}}
	f.Lookup("count").Annotations = map[string][]string{placeholderKey: {"N"}}
	f.Lookup("duration").Annotations = map[string][]string{placeholderKey: {"DURATION"}}
	return cmd
}

// errEnough ends the following of a trace from within.
var errEnough = errors.New("enough events")

func runTrace(ctx context.Context, a *app, o *traceOptions) error {
	ctx, _, stop := a.watch(ctx)
	defer stop()
	if o.duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.duration)
		defer cancel()
	}
	// Not logged: a log of a trace would be the trace.
	h, err := a.OpenHost(host.LiveOptions{Netns: a.netns, Root: a.rootDir()})
	if err != nil {
		return err
	}
	defer h.Close()
	out := a.stdout()
	shown := 0
	err = trace.Follow(ctx, h, trace.FollowOptions{Instance: o.instance, Now: a.Now}, func(e trace.Happening) error {
		if !o.wants(e) {
			return nil
		}
		if o.json {
			view.TraceJSON(out, e)
		} else {
			view.Line(out, e.String())
		}
		if err := out.Err(); err != nil {
			return writeError("standard output", err)
		}
		if shown++; o.count > 0 && shown >= o.count {
			return errEnough
		}
		return nil
	})
	return traceEnd(err, o.instance)
}

// wants reports whether an event is to be shown. What goes wrong always is.
func (o *traceOptions) wants(e trace.Happening) bool {
	if e.Err != nil || len(o.events) == 0 {
		return true
	}
	for _, pattern := range o.events {
		if match(pattern, e.Record.Event) {
			return true
		}
	}
	return false
}

// traceEnd explains why following ended, where that was not asked for. An
// interrupt was: there is no other way to end.
func traceEnd(err error, instance string) error {
	switch {
	case err == nil, errors.Is(err, errEnough), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.Is(err, trace.ErrNoInstance):
		return &failure{"Nothing records events", fmt.Sprintf("There is no trace instance %q. Apply a tracepoint block first: tracepoints are off after a boot.", instance), err}
	}
	return err
}
