package vm

import (
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// programs are what the small guest has beside busybox: the real ones where
// busybox has an imitation of its own (modprobe, sysctl, ip). That goes for
// the shell too, since busybox's runs such imitations unasked.
var programs = []string{
	"usr/bin/sh", "usr/bin/busybox", "usr/bin/kmod",
	"usr/sbin/modprobe", "usr/sbin/insmod", "usr/sbin/rmmod", "usr/sbin/lsmod", "usr/sbin/modinfo", "usr/sbin/depmod",
	"usr/sbin/sysctl", "usr/sbin/ip", "usr/bin/ip", "usr/sbin/conntrack", "usr/sbin/nft",
	"usr/sbin/iptables", "usr/sbin/iptables-save", "usr/sbin/iptables-restore",
	"usr/sbin/ip6tables", "usr/sbin/ip6tables-save", "usr/sbin/ip6tables-restore",
	"usr/sbin/iptables-nft", "usr/sbin/iptables-nft-save", "usr/sbin/iptables-nft-restore",
	"usr/sbin/ip6tables-nft", "usr/sbin/ip6tables-nft-save", "usr/sbin/ip6tables-nft-restore",
	"usr/sbin/iptables-legacy", "usr/sbin/iptables-legacy-save", "usr/sbin/iptables-legacy-restore",
	"usr/sbin/ip6tables-legacy", "usr/sbin/ip6tables-legacy-save", "usr/sbin/ip6tables-legacy-restore",
	"etc/protocols", "etc/services", "etc/passwd", "etc/group", "etc/sysctl.conf", "etc/debian_version", "usr/lib/os-release",
}

// moduleDirs are the parts of a kernel's modules that the small guest has.
var moduleDirs = []string{"kernel/net", "kernel/lib", "kernel/crypto", "kernel/arch/x86/crypto", "kernel/drivers/net/veth.ko", "kernel/drivers/net/dummy.ko"}

//go:embed guest/init.sh
var initScript []byte

// Small boots the small guest: one of the kernels, all its netfilter modules
// (none of them loaded), busybox, kmod, procps, both variants of iptables,
// nft, conntrack, and no service. Its file systems live in memory.
func Small(t testing.TB, kernel Kernel, s Scenario) Result {
	t.Helper()
	return withBed(t, func(ctx context.Context, c cache) (Result, error) {
		image, err := c.kernel(ctx, kernel)
		if err != nil {
			return Result{}, err
		}
		initrd, err := c.initrd(ctx, kernel, image)
		if err != nil {
			return Result{}, err
		}
		m := machine{kernel: image.vmlinuz(), initrd: initrd, cpus: 1, megabyte: 768}
		return c.boot(ctx, m, t.TempDir(), s)
	})
}

// initrd returns the small guest's first and only file system.
func (c cache) initrd(ctx context.Context, kernel Kernel, image image) (string, error) {
	tree, err := c.tree(ctx)
	if err != nil {
		return "", err
	}
	recipe := append([]string{"1", tree, image.dir, string(initScript), string(sessionScript)}, programs...)
	recipe = append(recipe, moduleDirs...)
	dir, err := c.get(ctx, "small-"+string(kernel), recipe, func(_ context.Context, dir string) error {
		root := filepath.Join(dir, "root")
		if err := errors.Join(furnishSmall(tree, root), copyModules(image, root)); err != nil {
			return err
		}
		return errors.Join(writeInitrd(filepath.Join(dir, "initrd.gz"), root), os.RemoveAll(root))
	})
	return filepath.Join(dir, "initrd.gz"), err
}

// furnishSmall picks the small guest's programs from the whole one's tree.
func furnishSmall(tree, root string) error {
	for _, dir := range []string{"etc/modprobe.d", "etc/modules-load.d", "etc/sysctl.d", "usr/lib/modules", "var/lib", "dev", "proc", "run", "sys", "tmp", "root"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	for _, dir := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.Symlink("usr/"+dir, filepath.Join(root, dir)); err != nil {
			return err
		}
	}
	p := newPicker(tree, root)
	for _, name := range programs {
		if err := p.pick(name); err != nil {
			return err
		}
	}
	return errors.Join(
		p.pickAll("usr/lib/x86_64-linux-gnu/xtables"),
		os.WriteFile(filepath.Join(root, "init"), initScript, 0o755),
		installSession(root))
}

// copyModules copies a kernel's network modules and its module index.
func copyModules(image image, root string) error {
	to := filepath.Join(root, "usr/lib/modules", image.version)
	return filepath.WalkDir(image.modules(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(image.modules(), path)
		if err != nil || !wantedModuleFile(name) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		copied := filepath.Join(to, name)
		return errors.Join(os.MkdirAll(filepath.Dir(copied), 0o755), os.WriteFile(copied, data, 0o644))
	})
}

func wantedModuleFile(name string) bool {
	if strings.HasPrefix(name, "modules.") {
		return true
	}
	for _, dir := range moduleDirs {
		// A module's name goes on with .xz where modules are compressed.
		if rest, ok := strings.CutPrefix(name, dir); ok && (rest == "" || rest[0] == '/' || rest[0] == '.') {
			return true
		}
	}
	return false
}

func writeInitrd(path, root string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	compressed, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	if err != nil {
		return err
	}
	archive := &cpioWriter{w: compressed}
	if err := errors.Join(archive.tree(root), archive.close(), compressed.Close(), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
