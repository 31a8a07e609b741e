package vm

import (
	"context"
	"path/filepath"
	"testing"
)

// Machine is the whole guest: a Debian 12 with systemd, udev, rsyslog and
// logrotate on a disk of its own, which lasts as long as the test.
type Machine struct {
	t    testing.TB
	disk string
}

// Whole makes a whole guest as it is before its first boot.
func Whole(t testing.TB) *Machine {
	t.Helper()
	disk := filepath.Join(t.TempDir(), "disk.img")
	return withBed(t, func(ctx context.Context, c cache) (*Machine, error) {
		pristine, err := c.diskImage(ctx)
		if err != nil {
			return nil, err
		}
		_, err = command(ctx, "cp", "--sparse=always", "--reflink=auto", pristine, disk).run()
		return &Machine{t, disk}, err
	})
}

// Boot switches the machine on, runs the scenario once the system is up, and
// shuts it down cleanly, unless the scenario cuts the power. The next call is
// the reboot.
func (m *Machine) Boot(s Scenario) Result {
	m.t.Helper()
	return withBed(m.t, func(ctx context.Context, c cache) (Result, error) {
		kernel, err := c.kernel(ctx, Bookworm)
		if err != nil {
			return Result{}, err
		}
		debian := machine{
			kernel: kernel.vmlinuz(), arguments: "root=/dev/nvme0n1 rw systemd.show_status=0",
			cpus: 2, megabyte: 1024, root: m.disk,
		}
		return c.boot(ctx, debian, filepath.Dir(m.disk), s)
	})
}
