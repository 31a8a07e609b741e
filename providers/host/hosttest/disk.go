package hosttest

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// SmallDisk mounts an empty tmpfs of that many bytes for the test and returns
// its directory. Needs root.
func SmallDisk(t testing.TB, bytes int) string {
	t.Helper()
	RequireRoot(t)
	dir := t.TempDir()
	err := unix.Mount("ctplan-test", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=0700", bytes))
	Require(t, fmt.Sprintf("to mount a tmpfs (%v)", err), err == nil)
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}
