// Package bootrules is how packet filter rules come back after a boot: the
// systemd unit that runs `ctplan boot` before the network is up, and the
// drop-in that has it started.
//
// It writes nothing: providers of rules propose its settings, and they become
// operations like any other.
package bootrules

import (
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// Paths of the two files. The unit is pulled in by a drop-in of the target
// that an ordinary boot leads to, instead of a symbolic link: a drop-in is a
// regular file, which is written, compared and undone as every other.
const (
	UnitPath   = "/etc/systemd/system/ctplan-boot.service"
	DropInPath = "/etc/systemd/system/multi-user.target.d/ctplan-boot.conf"
)

// DefaultStateDir is where `ctplan boot` looks for the state unless told
// otherwise.
const DefaultStateDir = "/var/lib/ctplan"

// unit runs after everything that replaces the whole ruleset, and before the
// network. It must not wait for basic.target, which firewalld waits for too.
const unit = `# Restores the packet filter rules that ctplan owns before the network is up.
# They come from the state directory: no configuration files are needed.
[Unit]
Description=Restore the packet filter rules that ctplan owns
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
After=local-fs.target systemd-modules-load.service systemd-sysctl.service
After=netfilter-persistent.service nftables.service iptables.service ip6tables.service ufw.service firewalld.service
RequiresMountsFor=@STATE@

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/env ctplan boot@FLAGS@
TimeoutStartSec=60
`

const dropIn = `# Starts ctplan-boot.service at boot.
[Unit]
Wants=ctplan-boot.service
`

// Unit is the text of the unit for a state directory; empty means
// DefaultStateDir.
func Unit(stateDir string) string {
	flags := ""
	if stateDir == "" {
		stateDir = DefaultStateDir
	}
	if stateDir != DefaultStateDir {
		flags = " " + quote("-state-dir="+stateDir, "%", "%%", "$", "$$")
	}
	return strings.NewReplacer("@STATE@", quote(stateDir, "%", "%%"), "@FLAGS@", flags).Replace(unit)
}

// quote writes one word as systemd reads it back; see systemd.syntax(7) and,
// for the marks that are doubled, systemd.unit(5) and systemd.service(5).
func quote(s string, doubled ...string) string {
	s = strings.NewReplacer(doubled...).Replace(s)
	if !strings.ContainsAny(s, " \t\n\r\"'\\;") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

// Settings are the files that a resource needs whose rules are to come back
// after a boot. They are the same for every resource, and the rows of plans
// are the caller's business: the settings belong to no attribute.
func Settings(stateDir string) []planner.Setting {
	setting := func(path, text string, rank int) planner.Setting {
		return planner.Setting{
			Layer: planner.Boot, Target: planner.FileTarget(path), Phase: planner.PhaseFile, Rank: rank,
			State: planner.Content(text), Shared: true,
		}
	}
	return []planner.Setting{
		setting(UnitPath, Unit(stateDir), 0),
		setting(DropInPath, dropIn, 1), // names the unit
	}
}
