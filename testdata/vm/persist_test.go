package vm_test

import (
	"maps"
	"testing"

	"github.com/ctplan/ctplan/testdata/vm"
)

// TestPersistence applies an example on a whole Debian and reboots it: the
// settings come back by themselves, what somebody changes by hand is seen,
// and after destroy and another reboot nothing is left.
func TestPersistence(t *testing.T) {
	machine := vm.Whole(t)
	files := vm.Command(t)
	maps.Copy(files, vm.Directory(t, "../../examples/table-full", "root/conf"))
	for _, scenario := range []vm.Scenario{
		{Name: "persist-apply", Files: files},
		{Name: "persist-reboot"},
		{Name: "persist-drift"},
		{Name: "persist-gone"},
	} {
		t.Run(scenario.Name, func(t *testing.T) { machine.Boot(scenario).Check(t) })
		if t.Failed() {
			return // every boot builds on the one before
		}
	}
}
