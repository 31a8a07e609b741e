package vm_test

import (
	"testing"
	"testing/fstest"

	"github.com/ctplan/ctplan/testdata/vm"
)

// TestSmallGuest shows that the bed itself works: a failure here makes every
// other test's result worthless.
func TestSmallGuest(t *testing.T) {
	for _, kernel := range vm.Kernels {
		t.Run(string(kernel), func(t *testing.T) {
			result := vm.Small(t, kernel, vm.Scenario{Name: "bed-small", Env: map[string]string{"GREETING": "it's here"}})
			result.Check(t)
			if got, want := string(result.Files["deep/file"]), "brought back\n"; got != want {
				t.Errorf("deep/file from the guest is %q, want %q", got, want)
			}
		})
	}
}

// TestWholeGuest shows the same of the whole guest: it comes up without a
// failed service, keeps its disk over a reboot, and loses unwritten data when
// its power is cut.
func TestWholeGuest(t *testing.T) {
	machine := vm.Whole(t)
	first := machine.Boot(vm.Scenario{
		Name:  "bed-whole-first",
		Files: fstest.MapFS{"root/note": {Data: []byte("from the test\n"), Mode: 0o600}},
	})
	first.Check(t)
	if len(first.Files["system"]) == 0 {
		t.Error("the file `system` did not come back from the guest")
	}
	cut := machine.Boot(vm.Scenario{Name: "bed-whole-cut"})
	cut.Check(t)
	if !cut.Cut {
		t.Error("the power was not cut")
	}
	machine.Boot(vm.Scenario{Name: "bed-whole-after-cut"}).Check(t)
}
