package trace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/kmod"
)

// maxSites bounds what one block may switch: more is not a question to the
// kernel, but a flood of its log.
const maxSites = 500

// control is what the kernel lists of its debug messages.
type control struct {
	file  string
	sites []Site
	err   error
	inv   *kmod.Inventory
}

func (s *session) readControl(ctx context.Context) *control {
	if s.control == nil {
		c := &control{}
		if c.inv, c.err = kmod.ReadInventory(ctx, s.req.Host, s.req.Facts); c.err == nil {
			c.file, c.sites, c.err = readControl(ctx, s.req.Host)
		}
		s.control = c
	}
	return s.control
}

// debug answers a dynamic_debug block.
func (b *block) debug(ctx context.Context) {
	b.out.Exists = true // messages are part of the kernel
	c := b.readControl(ctx)
	if c.err != nil || c.file == "" {
		b.refuseControl(ctx, c.err)
		return
	}
	selected := newSelection(b.resource)
	sites := b.sites(c, selected)
	if len(sites) == 0 {
		b.refuseNoSite(c, selected)
		return
	}
	if len(sites) > maxSites {
		b.refuse("", "Too many debug messages", fmt.Sprintf("%s matches %d messages, and %d are the most. Add conditions.", b.resource.Address, len(sites), maxSites))
		return
	}
	flags := "p"
	if given, set := b.resource.String("flags"); set {
		flags = given
	}
	b.flags(sites, flags)
	if persist, _ := b.resource.Bool("persist"); persist {
		b.persist(ctx, c, selected, sites, flags)
	}
}

// sites are the messages that match, each once and in order.
func (b *block) sites(c *control, selected selection) []Site {
	var out []Site
	at := map[planner.DebugSite]int{}
	for _, s := range c.sites {
		if !selected.matches(s) {
			continue
		}
		target := s.target(b.req.Facts.Kernel)
		if i, twice := at[target]; twice {
			if out[i].Flags != s.Flags {
				out[i].Flags = mixed
			}
			continue
		}
		at[target] = len(out)
		out = append(out, s)
	}
	return out
}

// flags proposes the flags of every message.
func (b *block) flags(sites []Site, flags string) {
	found := map[string]int{}
	for _, s := range sites {
		found[s.Flags]++
		target := s.target(b.req.Facts.Kernel).Target()
		b.live[target.ID()] = planner.Value(s.Flags)
		b.out.Settings = append(b.out.Settings, planner.Setting{
			Layer: planner.Runtime, Target: target, Phase: planner.PhaseBackend,
			Attribute: "flags", State: planner.Value(flags),
		})
	}
	row := planner.AttributeValue{Name: "flags", Layer: planner.Runtime, After: flags, Same: found[flags] == len(sites), AfterNote: count(len(sites))}
	before := sortedKeys(found)
	row.Before = strings.Join(before, ", ")
	if len(before) > 1 {
		row.BeforeNote = fmt.Sprintf("%d of %d have %s", found[flags], len(sites), flags)
	}
	b.out.Attributes = append(b.out.Attributes, row)
}

func count(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}

func sortedKeys(m map[string]int) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func lineRange(from, to int) string {
	if from == to {
		return strconv.Itoa(from)
	}
	return fmt.Sprintf("%d-%d", from, to)
}

// refuseControl says why the kernel shows no debug messages: not to this
// user, not here, or not at all.
func (b *block) refuseControl(ctx context.Context, err error) {
	const debugfs = "/sys/kernel/debug"
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		b.refuse("", "Debug messages cannot be read", fmt.Sprintf("%v.", err))
		return
	}
	entries, listed := b.req.Host.ReadDir(ctx, debugfs)
	switch {
	case err != nil, errors.Is(listed, fs.ErrPermission):
		b.refuse("", "Debug messages cannot be read", "Neither "+controlFiles[0]+" nor debugfs can be read by this user. Plan as root.")
	case listed == nil && len(entries) == 0:
		b.refuse("", "debugfs is not mounted", fmt.Sprintf(
			"There is no %s, and %s is empty. On kernels up to 5.4 the messages are controlled in debugfs: mount it (mount -t debugfs debugfs %s) and plan again. A newer kernel without the first file was built without CONFIG_DYNAMIC_DEBUG; this is %s.",
			controlFiles[0], debugfs, debugfs, b.req.Facts.Kernel))
	default:
		b.refuse("", "This kernel has no dynamic debug", fmt.Sprintf(
			"Neither %s nor %s exists on %s (Linux %s): it was built without CONFIG_DYNAMIC_DEBUG.", controlFiles[0], controlFiles[1], b.req.Facts.Hostname, b.req.Facts.Kernel))
	}
}

// refuseNoSite says why nothing matches: the module is not there, or it has
// no such message.
func (b *block) refuseNoSite(c *control, selected selection) {
	module := selected.module
	if module != "" && !strings.ContainsAny(module, "*?") {
		inModule := selection{module: module}
		any := slices.ContainsFunc(c.sites, inModule.matches)
		switch {
		case !any && c.inv.Presence(c.inv.Resolve(module)) == bootconf.Absent:
			b.refuse("module", "Module "+module+" is not loaded", fmt.Sprintf(
				"Debug messages of a module exist only while it is loaded. Load it (modprobe %s; a kernel_module block keeps it loaded) and plan again.", module))
			return
		case !any:
			b.refuse("module", "Module "+module+" has no debug messages", fmt.Sprintf("It is loaded, and Linux %s has none in it.", b.req.Facts.Kernel))
			return
		}
	}
	b.refuse("", "No such debug message", fmt.Sprintf("None of the %d messages of Linux %s satisfies all conditions of %s. Messages differ between kernels.%s",
		len(c.sites), b.req.Facts.Kernel, b.resource.Address, suggestFunction(c, selected)))
}

// suggestFunction offers the function, among those with messages in the same
// module, whose name is closest.
func suggestFunction(c *control, selected selection) string {
	if selected.function == "" {
		return ""
	}
	inModule := selection{module: selected.module}
	best, distance := "", 4
	for _, s := range c.sites {
		if d := levenshtein.Distance(selected.function, s.Function, nil); inModule.matches(s) && d < distance {
			best, distance = s.Function, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean function %q?", best)
}
