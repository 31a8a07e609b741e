package nflog

import (
	"context"
	"fmt"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/sysctl"
)

// boot is what sysctl.d says of the next boot.
type boot struct {
	now    *bootconf.Sysctls // with ctplan's file
	others *bootconf.Sysctls // without it
	own    map[string]bool   // parameters in ctplan's file, by path
}

func readBoot(ctx context.Context, h host.Host) (*boot, error) {
	files, _, err := bootconf.Search(ctx, h, "sysctl.d")
	if err != nil {
		return nil, err
	}
	b := &boot{now: bootconf.NewSysctls(files), own: map[string]bool{}}
	b.others = b.now.With(sysctl.SysctlFile, nil)
	for _, f := range files {
		if f.Path != sysctl.SysctlFile {
			continue
		}
		assignments, _ := bootconf.ParseSysctl(f.Path, f.Data)
		for _, a := range assignments {
			b.own[a.Path] = true
		}
	}
	return b, nil
}

// persistSlot proposes a parameter's value at boot: a line in ctplan's file,
// unless another file has the same already.
func (b *backend) persistSlot(attribute, path, value string) {
	if !b.persist || b.boot == nil {
		return
	}
	key := planner.SysctlKey(path)
	line := key + " = " + value + "\n"
	row := planner.AttributeValue{Name: attribute, Layer: planner.Boot, After: shown(attribute, value), Key: sysctl.SysctlFile, BeforeNote: "kernel default"}
	if now, set := b.boot.now.Lookup(path); set {
		row.Before, row.BeforeNote = shown(attribute, now.Value), now.Origin.String()
		row.Same = same(now.Value, value)
	}
	other, set := b.boot.others.Lookup(path)
	if !b.boot.own[path] && set && same(other.Value, value) {
		row.Key = other.Origin.Path
		b.out.Attributes = append(b.out.Attributes, row)
		return
	}
	b.out.Attributes = append(b.out.Attributes, row)
	b.out.Settings = append(b.out.Settings, planner.Setting{
		Layer: planner.Boot, Target: planner.FileTarget(sysctl.SysctlFile), Phase: planner.PhaseFile,
		Attribute: attribute, Part: key, State: planner.Content(line),
	})
	if winner, set := b.boot.now.With(sysctl.SysctlFile, []byte(line)).Lookup(path); set && !same(winner.Value, value) {
		b.find(attribute, planner.SeverityError, "boot:overridden",
			fmt.Sprintf("%s sets %s to something else", winner.Origin, key),
			fmt.Sprintf("Files in sysctl.d are read in the order of their names and the last value wins: %s comes after %s and gives %s. Remove that line, or set persist = false.",
				winner.Origin, sysctl.SysctlFile, winner.Value))
	}
}

func shown(attribute, value string) any {
	if attribute == "all_netns" {
		return value != "0"
	}
	return display(value)
}

// same compares two loggers as the kernel does, whatever their case.
func same(a, b string) bool { return strings.EqualFold(a, b) }

// loadAtBoot proposes that the module is there when sysctl.d is applied: the
// kernel refuses to bind a logger that it does not have.
func (b *backend) loadAtBoot() {
	row, settings := b.inv.BootLoad(b.module, "load_module")
	if row.Before == true {
		row.Before = b.module
	} else {
		row.Before = nil
	}
	row.After = b.module
	b.out.Attributes = append(b.out.Attributes, row)
	b.out.Settings = append(b.out.Settings, settings...)
	if blocked, ok := b.inv.Boot.Block(b.module); ok && b.inv.Presence(b.module) != bootconf.Builtin {
		b.find("logger", planner.SeverityError, "boot:module-blocked",
			"Module "+b.module+" will not be loaded at boot",
			fmt.Sprintf("%s keeps module %s from being loaded, so there is no %s to bind when sysctl.d is applied. Remove that line, or set persist = false.", blocked, blocked.Module, b.name))
	}
}
