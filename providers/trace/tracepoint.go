package trace

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
)

// tracepoint answers a tracepoint block.
func (b *block) tracepoint(ctx context.Context) {
	root, err := findRoot(ctx, b.req.Host)
	if err != nil {
		b.refuseRoot(err)
		return
	}
	events, _ := b.resource.Strings("events")
	filter, _ := b.resource.String("filter")
	instance := schema.DefaultInstance
	if given, set := b.resource.String("instance"); set {
		instance = given
	}
	if !b.checkEvents(ctx, root, events, filter) {
		return
	}
	b.instance(ctx, instance)
	b.events(ctx, instance, slices.Sorted(slices.Values(events)), filter)
	if !b.req.Facts.InitNetns {
		b.out.Notes = append(b.out.Notes, "events are those of the whole machine, not of this network namespace alone")
	}
}

func (b *block) refuseRoot(err error) {
	var missing *MissingError
	if !errors.As(err, &missing) {
		b.refuse("", "Tracing cannot be read", fmt.Sprintf("%v.", err))
		return
	}
	b.refuse("", "Events cannot be recorded here", missing.Error())
}

// instance proposes the instance, which other blocks may want too.
func (b *block) instance(ctx context.Context, name string) {
	target := planner.Tracepoint{Instance: name}.Target()
	now, err := ReadTracepoint(ctx, b.req.Host, target.Name)
	if err != nil {
		b.refuse("instance", "The trace instance cannot be read", fmt.Sprintf("%v.", err))
		return
	}
	row := planner.AttributeValue{Name: "instance", Layer: planner.Runtime, After: name, Same: now != nil}
	if now != nil {
		row.Before = name
	}
	b.out.Attributes = append(b.out.Attributes, row)
	b.out.Settings = append(b.out.Settings, planner.Setting{
		Layer: planner.Runtime, Target: target, Phase: planner.PhaseLoad, Attribute: "instance", State: planner.Value(planner.TraceOn),
	})
}

// events proposes the events and their filter.
func (b *block) events(ctx context.Context, instance string, events []string, filter string) {
	want := eventState(true, filter)
	on, filters := []any{}, map[string]bool{}
	for _, event := range events {
		group, name, _ := strings.Cut(event, ":")
		target := planner.Tracepoint{Instance: instance, Group: group, Event: name}.Target()
		now, err := ReadTracepoint(ctx, b.req.Host, target.Name)
		if err != nil {
			b.refuse("events", "The event "+event+" cannot be read", fmt.Sprintf("%v.", err))
			return
		}
		if now != nil {
			word, live, _ := strings.Cut(now.Data, ": ")
			if word == planner.TraceOn {
				on = append(on, event)
			}
			filters[live] = true
		}
		b.out.Settings = append(b.out.Settings, planner.Setting{
			Layer: planner.Runtime, Target: target, Phase: planner.PhaseBackend, Attribute: "events", State: want,
		})
	}
	b.out.Exists = len(on) > 0
	row := planner.AttributeValue{Name: "events", Layer: planner.Runtime, After: texts(events), Same: len(on) == len(events)}
	if b.out.Exists {
		row.Before = on
	}
	b.out.Attributes = append(b.out.Attributes, row)
	b.filter(filter, filters)
}

// filter is the row of the filter, which the events have with them.
func (b *block) filter(filter string, live map[string]bool) {
	row := planner.AttributeValue{Name: "filter", Layer: planner.Runtime, Same: len(live) == 1 && live[filter]}
	if filter != "" {
		row.After = filter
	}
	for found := range live {
		if len(live) == 1 && found != "" {
			row.Before = found
		}
	}
	if len(live) > 1 {
		row.Before = "(several)"
	}
	if filter == "" && (len(live) == 0 || row.Same) {
		return
	}
	b.out.Attributes = append(b.out.Attributes, row)
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// checkEvents makes sure that the kernel has the events, and that the filter
// is about fields that they have.
func (b *block) checkEvents(ctx context.Context, root string, events []string, filter string) bool {
	good := true
	for _, event := range events {
		group, name, _ := strings.Cut(event, ":")
		content, err := b.req.Host.ReadFile(ctx, path.Join(root, "events", group, name, "format"))
		if err != nil {
			b.refuse("events", "There is no event "+event, fmt.Sprintf("Linux %s has none of this name.%s", b.req.Facts.Kernel, b.suggestEvent(ctx, root, group, name)))
			good = false
			continue
		}
		f := ParseFormat(string(content.Data))
		for _, field := range filterFields(filter) {
			if !slices.Contains(f.Fields, field) && !slices.Contains(anyEvent, field) {
				b.refuse("filter", fmt.Sprintf("Event %s has no field %s", event, field), fmt.Sprintf(
					"On Linux %s it has %s. Fields differ between events and kernels: write one block for each.", b.req.Facts.Kernel, strings.Join(ownFields(f), ", ")))
				good = false
			}
		}
	}
	return good
}

// anyEvent are names that a filter can use with every event.
var anyEvent = []string{"comm", "COMM", "cpu", "CPU", "stacktrace", "STACKTRACE"}

// ownFields leaves out what every event has.
func ownFields(f Format) []string {
	return slices.DeleteFunc(slices.Clone(f.Fields), func(s string) bool { return strings.HasPrefix(s, "common_") })
}

// comparison is a field with its operator. Source: kernel,
// Documentation/trace/events.rst.
var comparison = pattern(`([A-Za-z_][A-Za-z0-9_]*)(?:\.[a-z]+)?\s*(?:==|!=|<=|>=|<|>|&[^&]|~)`)

// filterFields are the fields that a filter compares. Texts in quotes are no fields.
func filterFields(filter string) []string {
	var out []string
	for _, m := range comparison().FindAllStringSubmatch(quotedText().ReplaceAllString(filter, `""`), -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

var quotedText = pattern(`"[^"]*"|'[^']*'`)

// suggestEvent offers the event of the group whose name is closest, or says
// that there is no such group.
func (b *block) suggestEvent(ctx context.Context, root, group, name string) string {
	entries, err := b.req.Host.ReadDir(ctx, path.Join(root, "events", group))
	if err != nil {
		return fmt.Sprintf(" There is no group %s at all.", group)
	}
	best, distance := "", 6
	for _, e := range entries {
		if d := levenshtein.Distance(name, e.Name, nil); e.Type.IsDir() && d < distance {
			best, distance = e.Name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", group+":"+best)
}
