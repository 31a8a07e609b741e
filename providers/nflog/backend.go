package nflog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/schema"
)

// propose answers a block.
func (b *backend) propose(ctx context.Context) {
	if family, set := b.resource.String("family"); set {
		b.bind(ctx, family)
	}
	if all, set := b.resource.Bool("all_netns"); set {
		b.allNetns(ctx, all)
	}
	if b.persist && b.boot == nil {
		b.out.Notes = append(b.out.Notes, "does not persist: no file sets the parameters of this network namespace at boot (persist = false says so)")
	}
}

// bind proposes a family's logger.
func (b *backend) bind(ctx context.Context, family string) {
	logger, _ := b.resource.String("logger")
	live, ok := b.readSlot(ctx, family)
	if !ok {
		return
	}
	there := b.loggers[families[family]]
	b.name, b.module = resolve(b.inv, there, family, logger)
	switch listed := slices.Contains(there, b.name); {
	case listed && b.inv.Presence(b.module) == bootconf.Absent:
		b.module = "" // part of a kernel that does not list what it is made of
	case !listed && b.name != none && !b.canLoad(family, there):
		return
	}
	row := planner.AttributeValue{
		Name: "logger", Layer: planner.Runtime, Before: display(live), After: display(b.name), Same: live == b.name,
		Key: planner.SysctlKey(slot(family)),
	}
	if b.module != "" {
		settings := b.inv.LoadSettings(b.module, "logger", b.wishes, b.req.Managed, false)
		b.out.Settings = append(b.out.Settings, settings...)
		if b.inv.Presence(b.module) == bootconf.Absent {
			b.loads[b.module] = true
			row.AfterNote = "loads module " + b.module
		}
	} else if b.name == none && live == none {
		b.freed = append(b.freed, b)
	}
	b.out.Attributes = append(b.out.Attributes, row)
	b.set("logger", slot(family), b.name)
	b.check()
	b.persistSlot("logger", slot(family), b.name)
	if b.persist && b.boot != nil && b.module != "" {
		b.loadAtBoot()
	}
}

// display writes a logger as the language does.
func display(name string) string {
	if name == none {
		return schema.LoggerNone
	}
	return name
}

// set adds the setting of a kernel parameter.
func (b *backend) set(attribute, path, value string) {
	b.out.Settings = append(b.out.Settings, planner.Setting{
		Layer: planner.Runtime, Target: planner.Sysctl(path), Phase: planner.PhaseBackend, Attribute: attribute, State: planner.Value(value),
	})
}

// readSlot is the logger that is bound to a family now.
func (b *backend) readSlot(ctx context.Context, family string) (string, bool) {
	f, err := b.req.Host.ReadFile(ctx, "/proc/sys/"+slot(family))
	switch {
	case err == nil:
		return strings.TrimSpace(string(f.Data)), true
	case errors.Is(err, fs.ErrNotExist):
		b.refuse("family", "This kernel has no log backend for "+family,
			fmt.Sprintf("/proc/sys/%s does not exist on %s (Linux %s).", slot(family), b.req.Facts.Hostname, b.req.Facts.Kernel))
	default:
		b.refuse("family", "The log backend cannot be read", fmt.Sprintf("%v.", err))
	}
	return "", false
}

// canLoad reports whether a logger that is not there can be had by loading
// its module, and refuses it otherwise.
func (b *backend) canLoad(family string, there []string) bool {
	if b.inv.Presence(b.module) != bootconf.Absent {
		b.refuse("logger", "There is no logger "+b.name, fmt.Sprintf("%s is here, but does not bring %s for %s. The kernel has %s.",
			b.module, b.name, family, list(there)))
		return false
	}
	summary, detail := b.inv.LoadProblem(b.module, b.req.Facts)
	if summary == "" {
		return true
	}
	b.refuse("logger", "There is no logger "+b.name, fmt.Sprintf("It comes with module %s, which is not loaded. %s: %s The kernel has %s.",
		b.module, summary, detail, list(there)))
	return false
}

func list(loggers []string) string {
	if len(loggers) == 0 {
		return "no other for that family"
	}
	return strings.Join(loggers, ", ")
}

const allNetnsPath = "net/netfilter/nf_log_all_netns"

// allNetns proposes whether packets of all namespaces are logged.
func (b *backend) allNetns(ctx context.Context, want bool) {
	f, err := b.req.Host.ReadFile(ctx, "/proc/sys/"+allNetnsPath)
	if err != nil {
		detail := fmt.Sprintf("/proc/sys/%s does not exist on %s (Linux %s): it came with 4.11.", allNetnsPath, b.req.Facts.Hostname, b.req.Facts.Kernel)
		if !b.req.Facts.InitNetns {
			detail = "It is one switch for the whole machine and exists in the initial network namespace only. Declare it in the configuration of the host itself."
		}
		b.refuse("all_netns", "all_netns cannot be set here", detail)
		return
	}
	live, value := strings.TrimSpace(string(f.Data)), "0"
	if want {
		value = "1"
		b.out.Notes = append(b.out.Notes, "all_netns lets every network namespace write to the kernel log")
	}
	b.out.Attributes = append(b.out.Attributes, planner.AttributeValue{
		Name: "all_netns", Layer: planner.Runtime, Before: live != "0", After: want, Same: (live != "0") == want, Key: planner.SysctlKey(allNetnsPath),
	})
	if (live != "0") == want {
		value = live // any number but 0 is on
	}
	b.set("all_netns", allNetnsPath, value)
	b.persistSlot("all_netns", allNetnsPath, value)
}
