package vm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Kernel is a generation of Debian's kernel for cloud machines, named by the
// release that it is taken from. All have loadable modules.
type Kernel string

const (
	Bullseye Kernel = "bullseye" // 5.10
	Bookworm Kernel = "bookworm" // 6.1
	Sid      Kernel = "sid"      // 7.2 when this was written; it moves on
)

// Kernels lists the generations that the small guest can run, oldest first.
var Kernels = []Kernel{Bullseye, Bookworm, Sid}

// image is an unpacked kernel.
type image struct {
	dir     string
	version string // as uname -r prints it
}

func (i image) vmlinuz() string { return filepath.Join(i.dir, "vmlinuz") }

// modules is the kernel's directory below lib/modules.
func (i image) modules() string { return filepath.Join(i.dir, "lib/modules", i.version) }

// kernel returns a kernel from the cache. The newest version is taken when
// it is first asked for, and kept.
func (c cache) kernel(ctx context.Context, k Kernel) (image, error) {
	dir, err := c.get(ctx, "kernel-"+string(k), []string{"1", string(k)}, func(ctx context.Context, dir string) error {
		return fetchKernel(ctx, dir, k)
	})
	if err != nil {
		return image{}, err
	}
	versions, err := os.ReadDir(filepath.Join(dir, "lib/modules"))
	if err != nil || len(versions) != 1 {
		return image{}, fmt.Errorf("%s: one kernel version expected, found %d: %w", dir, len(versions), err)
	}
	return image{dir, versions[0].Name()}, nil
}

// fetchKernel downloads a kernel and lays it out as vmlinuz and lib/modules,
// whatever way its release packs it.
func fetchKernel(ctx context.Context, dir string, k Kernel) error {
	apt, root := filepath.Join(dir, "apt"), filepath.Join(dir, "root")
	release, err := openArchive(ctx, apt, string(k))
	if err != nil {
		return err
	}
	packages, err := release.kernelPackages(ctx)
	if err != nil {
		return err
	}
	if err := release.unpack(ctx, root, packages...); err != nil {
		return err
	}
	modules, err := one(root, "lib/modules/*", "usr/lib/modules/*")
	if err != nil {
		return err
	}
	vmlinuz, err := one(root, "boot/vmlinuz-*", "usr/lib/modules/*/vmlinuz")
	if err != nil {
		return err
	}
	version := filepath.Base(modules)
	err = errors.Join(
		os.Rename(vmlinuz, filepath.Join(dir, "vmlinuz")),
		os.MkdirAll(filepath.Join(dir, "lib/modules"), 0o755),
		os.Rename(modules, filepath.Join(dir, "lib/modules", version)),
		os.RemoveAll(root), os.RemoveAll(apt))
	if err != nil {
		return err
	}
	_, err = command(ctx, "depmod", "-b", dir, version).run()
	return err
}

// one returns the only file below root that matches one of the patterns.
func one(root string, patterns ...string) (string, error) {
	var found []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return "", err
		}
		found = append(found, matches...)
	}
	if len(found) != 1 {
		return "", fmt.Errorf("one of %q expected below %s, found %q", patterns, root, found)
	}
	return found[0], nil
}
