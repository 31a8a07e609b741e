package vm_test

import (
	"testing"

	"github.com/ctplan/ctplan/testdata/vm"
)

// TestConntrack runs the table's whole life on every kernel, each with
// attributes that only some generations have.
func TestConntrack(t *testing.T) {
	attributes := map[vm.Kernel]map[string]string{
		vm.Bullseye: {"HAS": "helper = true", "LACKS": "tcp_ignore_invalid_rst = true"},
		vm.Bookworm: {"HAS": "tcp_ignore_invalid_rst = true", "LACKS": "helper = true"},
		vm.Sid:      {"HAS": "tcp_ignore_invalid_rst = true", "LACKS": "dccp_loose = true"},
	}
	for _, kernel := range vm.Kernels {
		t.Run(string(kernel), func(t *testing.T) {
			vm.Small(t, kernel, vm.Scenario{Name: "conntrack", Files: vm.Command(t), Env: attributes[kernel]}).Check(t)
		})
	}
}

// TestModuleReload takes the module away from under applied settings.
func TestModuleReload(t *testing.T) {
	vm.Small(t, vm.Bookworm, vm.Scenario{Name: "module-reload", Files: vm.Command(t)}).Check(t)
}
