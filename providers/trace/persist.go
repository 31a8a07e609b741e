package trace

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/kmod"
)

// persist has the messages of modules switched as the modules are loaded:
// the option dyndbg, which every module has.
func (b *block) persist(ctx context.Context, c *control, selected selection, sites []Site, flags string) {
	if !b.req.Facts.Boots() {
		b.out.Notes = append(b.out.Notes, "does not persist: no file of this network namespace says what modules do as they are loaded")
		return
	}
	query := selected.query(flags)
	row := planner.AttributeValue{Name: "flags", Layer: planner.Boot, After: flags, Same: true, Key: kmod.ModprobeFile}
	var builtin []string
	for _, module := range modulesOf(sites) {
		if c.inv.Presence(module) != bootconf.Loaded {
			builtin = append(builtin, module)
			continue
		}
		line := fmt.Sprintf("options %s dyndbg=%q", module, query)
		if !slices.ContainsFunc(c.inv.Boot.Directives, func(d bootconf.Directive) bool {
			return d.Command == "options" && d.Module == module && d.Rest == fmt.Sprintf("dyndbg=%q", query) && d.Origin.Path == kmod.ModprobeFile
		}) {
			row.Same = false
		}
		b.out.Settings = append(b.out.Settings, kmod.ModprobeLine(planner.Boot, "flags", "options "+module+" dyndbg", line))
	}
	if row.Same {
		row.Before = flags
	}
	b.out.Attributes = append(b.out.Attributes, row)
	if len(builtin) > 0 {
		b.find("persist", planner.SeverityWarning, "trace:builtin-debug",
			"Debug messages of the kernel itself do not persist",
			fmt.Sprintf("modprobe.d counts for modules that are loaded, and not for %s, which are part of the kernel. To have their messages at every boot, add this to the kernel's command line: %s",
				strings.Join(builtin, ", "), fmt.Sprintf("%s.dyndbg=%q", builtin[0], query)))
	}
	b.checkFile(ctx)
}

// checkFile reports a file of ctplan's name that ctplan did not write.
func (b *block) checkFile(ctx context.Context) {
	if _, owned := b.req.Managed.Originals[planner.FileTarget(kmod.ModprobeFile).ID()]; owned {
		return
	}
	if f := kmod.ForeignFile(ctx, b.req.Host, kmod.ModprobeFile); f != nil {
		b.findings = append(b.findings, *f)
	}
}

func modulesOf(sites []Site) []string {
	var out []string
	for _, s := range sites {
		if !slices.Contains(out, s.Module) {
			out = append(out, s.Module)
		}
	}
	slices.Sort(out)
	return out
}
