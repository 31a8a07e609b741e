package vm

import (
	"context"
	_ "embed"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// packages are what the whole guest has beyond Debian's minimum, and what the
// small guest's programs are picked from.
var packages = []string{
	"systemd", "systemd-sysv", "udev", "dbus", "kmod", "procps", "iproute2", "netbase",
	"iptables", "nftables", "conntrack", "rsyslog", "logrotate", "busybox-static",
}

// sessionPath is where both guests have the script that runs a scenario.
const sessionPath = "usr/lib/ctplan-vm/session.sh"

var (
	//go:embed guest/session.sh
	sessionScript []byte
	//go:embed guest/session.service
	sessionUnit []byte
)

// tree returns the directory tree of a Debian 12 as debootstrap makes it.
func (c cache) tree(ctx context.Context) (string, error) {
	dir, err := c.get(ctx, "tree", append([]string{"1"}, packages...), func(ctx context.Context, dir string) error {
		args := []string{"--variant=minbase", "--keyring=" + debianKeyring, "--include=" + strings.Join(packages, ","), "bookworm", filepath.Join(dir, "root")}
		_, err := command(ctx, "debootstrap", append(args, mirrors(ctx)[0])...).privateMounts().run()
		return errors.Join(err, os.RemoveAll(filepath.Join(dir, "root/var/cache/apt/archives")))
	})
	return filepath.Join(dir, "root"), err
}

// diskSize is the size of the whole guest's disk, in bytes; it is sparse.
const diskSize = 1500 << 20

// diskImage returns the whole guest's disk as it is before its first boot: an
// ext4 file system without a partition table or boot loader.
func (c cache) diskImage(ctx context.Context) (string, error) {
	tree, err := c.tree(ctx)
	if err != nil {
		return "", err
	}
	kernel, err := c.kernel(ctx, Bookworm)
	if err != nil {
		return "", err
	}
	recipe := []string{"1", tree, kernel.version, string(sessionScript), string(sessionUnit)}
	dir, err := c.get(ctx, "disk", recipe, func(ctx context.Context, dir string) error {
		root := filepath.Join(dir, "root")
		if _, err := command(ctx, "cp", "-a", tree, root).run(); err != nil {
			return err
		}
		if err := furnish(ctx, root, kernel); err != nil {
			return err
		}
		disk := filepath.Join(dir, "disk.img")
		if err := sparse(disk, diskSize); err != nil {
			return err
		}
		if _, err := command(ctx, "mkfs.ext4", "-q", "-d", root, disk).run(); err != nil {
			return err
		}
		return os.RemoveAll(root)
	})
	return filepath.Join(dir, "disk.img"), err
}

// furnish makes a Debian tree bootable as the whole guest: the kernel's
// modules, and a service that runs the scenario and powers off.
func furnish(ctx context.Context, root string, kernel image) error {
	modules := filepath.Join(root, "lib/modules")
	if err := os.MkdirAll(modules, 0o755); err != nil {
		return err
	}
	if _, err := command(ctx, "cp", "-a", kernel.modules(), modules).run(); err != nil {
		return err
	}
	units := filepath.Join(root, "etc/systemd/system")
	return errors.Join(
		installSession(root),
		os.WriteFile(filepath.Join(units, "ctplan-vm.service"), sessionUnit, 0o644),
		os.Symlink("../ctplan-vm.service", filepath.Join(units, "multi-user.target.wants/ctplan-vm.service")),
		// The serial lines carry the console and the report; no login on them.
		os.Symlink("/dev/null", filepath.Join(units, "serial-getty@ttyS0.service")),
		// Without these systemd takes the first boot for an installation, and
		// builds indexes for half a minute.
		os.WriteFile(filepath.Join(root, "etc/machine-id"), []byte("c7b1a0e5d2f94a6db3e80f6c1d5a4e29\n"), 0o444),
		os.WriteFile(filepath.Join(root, "etc/.updated"), nil, 0o644),
		os.WriteFile(filepath.Join(root, "var/.updated"), nil, 0o644),
		os.WriteFile(filepath.Join(root, "etc/hostname"), []byte("ctplan-vm\n"), 0o644),
		os.WriteFile(filepath.Join(root, "etc/hosts"), []byte("127.0.0.1 localhost ctplan-vm\n::1 localhost\n"), 0o644),
		os.WriteFile(filepath.Join(root, "etc/fstab"), nil, 0o644))
}

// installSession puts the script that runs a scenario into a tree.
func installSession(root string) error {
	path := filepath.Join(root, sessionPath)
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, sessionScript, 0o755))
}

// sparse makes a file of zeroes that takes no space.
func sparse(path string, size int64) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Truncate(size), file.Close())
}
