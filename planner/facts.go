package planner

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
