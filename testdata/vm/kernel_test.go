package vm_test

import (
	"testing"

	"github.com/ctplan/ctplan/testdata/vm"
)

// onEveryKernel runs a scenario on each generation.
func onEveryKernel(t *testing.T, scenario string) {
	for _, kernel := range vm.Kernels {
		t.Run(string(kernel), func(t *testing.T) {
			vm.Small(t, kernel, vm.Scenario{Name: scenario, Files: vm.Command(t)}).Check(t)
		})
	}
}

// TestKernelModule loads, denies and unloads modules for real.
func TestKernelModule(t *testing.T) { onEveryKernel(t, "kernel-module") }

// TestLogBackend binds loggers, whose modules come and go.
func TestLogBackend(t *testing.T) { onEveryKernel(t, "log-backend") }

// TestDynamicDebug switches the debug messages of a module.
func TestDynamicDebug(t *testing.T) { onEveryKernel(t, "debug") }

// TestTracepoint records resets, and loads a module together with its parameters.
func TestTracepoint(t *testing.T) { onEveryKernel(t, "tracepoint") }

// TestKernelPersistence applies modules, log backends and a log route on a
// whole Debian, and reboots it twice: once with them, once after destroy.
func TestKernelPersistence(t *testing.T) {
	machine := vm.Whole(t)
	for _, scenario := range []vm.Scenario{
		{Name: "kernel-apply", Files: vm.Command(t)},
		{Name: "kernel-reboot"},
		{Name: "kernel-gone"},
	} {
		t.Run(scenario.Name, func(t *testing.T) { machine.Boot(scenario).Check(t) })
		if t.Failed() {
			return // every boot builds on the one before
		}
	}
}
