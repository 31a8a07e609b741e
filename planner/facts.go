package planner

import "strings"

// Facts identify a machine and give the planner what it needs to know of it.
type Facts struct {
	Hostname  string `json:"hostname"`
	MachineID string `json:"machine_id,omitempty"` // /etc/machine-id; empty in some containers
	BootID    string `json:"boot_id"`              // /proc/sys/kernel/random/boot_id
	Kernel    string `json:"kernel"`               // uname -r
	Arch      string `json:"arch"`                 // GOARCH's name
	CPUs      int    `json:"cpus"`                 // online
	Memory    int64  `json:"memory"`               // MemTotal, bytes
	PageSize  int64  `json:"page_size"`            // bytes
	// NetnsInode is the inode number of the network namespace.
	NetnsInode uint64 `json:"netns_inode"`
	// NetnsName is the name given with -netns, or "".
	NetnsName string `json:"netns_name,omitempty"`
	// InitNetns is true in the namespace of process 1, the only one whose
	// settings sysctl.d reaches at boot and whose global limits can be written.
	InitNetns bool `json:"init_netns"`
	// Root is the directory given with -root, or "/".
	Root string `json:"root"`
	// UID is the effective user.
	UID int `json:"uid"`
}

// Boots reports whether the files under /etc describe how this host's
// settings come up at boot: in the initial namespace, or where -root names
// the file system that belongs to the namespace.
func (f Facts) Boots() bool { return f.InitNetns || f.Root != "/" }

// SameNetns reports whether two facts, perhaps of different times, are about
// the same network namespace: what was found and applied in one says nothing
// about another. A name lasts, also when the namespace behind it is made
// anew; a number is good for one boot.
func (f Facts) SameNetns(other Facts) bool {
	a, b := netnsName(f.NetnsName), netnsName(other.NetnsName)
	switch {
	case a != "" && b != "":
		return a == b
	case f.BootID == other.BootID:
		return f.NetnsInode == other.NetnsInode
	}
	return (a == "" || !other.InitNetns) && (b == "" || !f.InitNetns)
}

// Netns names the network namespace in a sentence.
func (f Facts) Netns() string {
	switch {
	case f.NetnsName != "":
		return `network namespace "` + f.NetnsName + `"`
	case f.InitNetns:
		return "the initial network namespace"
	}
	return "another network namespace than the initial one"
}

// netnsName is the name of a namespace that may be given by its path.
func netnsName(name string) string {
	for _, dir := range []string{"/run/netns/", "/var/run/netns/"} {
		if rest, ok := strings.CutPrefix(name, dir); ok {
			return rest
		}
	}
	return name
}
