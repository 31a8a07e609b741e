package vm_test

import (
	"maps"
	"testing"

	"github.com/ctplan/ctplan/testdata/vm"
)

// TestKillEverywhere kills an apply at every point at which it touches
// anything.
func TestKillEverywhere(t *testing.T) {
	files := vm.Command(t)
	maps.Copy(files, vm.Killer(t))
	result := vm.Small(t, vm.Bookworm, vm.Scenario{Name: "kill-everywhere", Files: files})
	result.Check(t)
	t.Logf("%s", result.Files["points"])
}

// TestPowerLoss cuts the power in the middle of an apply on a whole Debian,
// and boots it again: whatever had reached the disk, rollback puts the host
// back, at runtime and for the next boot.
func TestPowerLoss(t *testing.T) {
	machine := vm.Whole(t)
	files := vm.Command(t)
	maps.Copy(files, vm.Killer(t))
	maps.Copy(files, vm.Directory(t, "../../examples/table-full", "root/conf"))
	points := []string{
		"write /proc/sys/net/netfilter/nf_conntrack_max",
		"renameat /etc/sysctl.d/90-ctplan.conf",
		"renameat /etc/modules-load.d/ctplan.conf",
		"renameat /var/lib/ctplan/state.json", // the commit, not synced yet
		"fsync /var/lib/ctplan/journal",       // before anything was done
		"",                                    // only undo what the last cut left
	}
	for i, point := range points {
		scenario := vm.Scenario{Name: "power-cut", Files: files, Env: map[string]string{"POINT": point}}
		if i > 0 {
			scenario.Env["CUT_BEFORE"], scenario.Files = "1", nil
		}
		t.Run("after "+point, func(t *testing.T) { machine.Boot(scenario).Check(t) })
		if t.Failed() {
			return // every boot builds on the one before
		}
	}
}
