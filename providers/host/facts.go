package host

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/ctplan/ctplan/planner"
)

// Facts implements Host. The machine ID is that of the running machine even
// where Root is another directory: it is this machine's kernel that a plan
// is made for and applied to.
func (l *Live) Facts(ctx context.Context) (planner.Facts, error) {
	if err := ctx.Err(); err != nil {
		return planner.Facts{}, err
	}
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return planner.Facts{}, fmt.Errorf("uname: %w", err)
	}
	var mem unix.Sysinfo_t
	if err := unix.Sysinfo(&mem); err != nil {
		return planner.Facts{}, fmt.Errorf("sysinfo: %w", err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return planner.Facts{}, fmt.Errorf("which boot this is: %w", err)
	}
	f := planner.Facts{
		Hostname:  unix.ByteSliceToString(uts.Nodename[:]),
		MachineID: machineID(),
		BootID:    strings.TrimSpace(string(boot)),
		Kernel:    unix.ByteSliceToString(uts.Release[:]),
		Arch:      runtime.GOARCH,
		CPUs:      onlineCPUs(),
		Memory:    int64(uint64(mem.Totalram) * uint64(mem.Unit)),
		PageSize:  int64(os.Getpagesize()),
		NetnsName: l.netns,
		Root:      l.root.path,
		UID:       os.Geteuid(),
	}
	l.where.do(func() { f.NetnsInode, f.InitNetns, err = currentNetns() })
	return f, err
}

// machineID is empty where there is none, as in many containers and in
// images before their first boot.
func machineID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if data, err := os.ReadFile(path); err == nil {
			return strings.TrimSpace(string(data))
		}
	}
	return ""
}

// onlineCPUs counts the CPUs that the kernel runs on ("0-3,8"), which can be
// more than those that this process may run on.
func onlineCPUs() int {
	data, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return runtime.NumCPU()
	}
	n := countRanges(strings.TrimSpace(string(data)))
	if n == 0 {
		return runtime.NumCPU()
	}
	return n
}

func countRanges(list string) int {
	n := 0
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		a, errA := strconv.Atoi(first)
		b, errB := strconv.Atoi(last)
		if errA != nil || errB != nil || b < a {
			return 0
		}
		n += b - a + 1
	}
	return n
}

// initOnlyParameter exists in the initial network namespace alone: the
// kernel registers it for init_net only (net/core/sysctl_net_core.c, 3.5 and later).
const initOnlyParameter = "/proc/sys/net/core/netdev_max_backlog"

// currentNetns is the inode of the calling thread's network namespace, and
// whether that is the initial one. Two things have to agree on that. Process
// 1 must be in it, where that can be seen: only root may look at another
// process's namespaces, and not even root everywhere. And a parameter of the initial namespace must be
// there, which everybody can see, and which is not so in a container with a
// process 1 of its own.
func currentNetns() (inode uint64, initial bool, err error) {
	var st syscall.Stat_t
	self := fmt.Sprintf("/proc/self/task/%d/ns/net", syscall.Gettid())
	if err := syscall.Stat(self, &st); err != nil {
		return 0, false, fmt.Errorf("which network namespace this is: stat %s: %w", self, err)
	}
	inode = st.Ino
	if syscall.Stat("/proc/1/ns/net", &st) == nil && st.Ino != inode {
		return inode, false, nil
	}
	_, err = os.Stat(initOnlyParameter)
	return inode, err == nil, nil
}
