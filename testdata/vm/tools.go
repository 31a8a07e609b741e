package vm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ctplan/ctplan/providers/host/hosttest"
)

// tools are the programs (or files) that make and run guests, and the Debian
// packages that they come from.
var tools = []struct{ path, pkg string }{
	{"qemu-system-x86_64", "qemu-system-x86"},
	{"debootstrap", "debootstrap"},
	{"mkfs.ext4", "e2fsprogs"},
	{"depmod", "kmod"},
	{"dpkg", "dpkg"},
	{debianKeyring, "debian-archive-keyring"},
}

// installLimit bounds the installation of the tools.
const installLimit = 10 * time.Minute

// requireTools installs what is missing where that can be done (root, and a
// system with apt-get), and otherwise skips or fails the test as
// [hosttest.Require] does. debootstrap makes device nodes: it needs root.
func requireTools(t testing.TB) {
	t.Helper()
	hosttest.RequireRoot(t)
	missing := missingPackages()
	if len(missing) == 0 {
		return
	}
	apt, err := exec.LookPath("apt-get")
	hosttest.Require(t, strings.Join(missing, ", ")+" (and there is no apt-get to install it)", err == nil)
	if err := install(apt, missing); err != nil {
		t.Log(err)
	}
	missing = missingPackages()
	hosttest.Require(t, strings.Join(missing, ", "), len(missing) == 0)
}

func missingPackages() []string {
	var missing []string
	for _, tool := range tools {
		if _, err := exec.LookPath(tool.path); err == nil {
			continue
		}
		if info, err := os.Stat(tool.path); err == nil && info.Mode().IsRegular() {
			continue
		}
		missing = append(missing, tool.pkg)
	}
	return missing
}

func install(apt string, packages []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), installLimit)
	defer cancel()
	// Package lists may be stale or missing, as in a fresh container.
	if _, err := command(ctx, apt, "update", "-qq").run(); err != nil {
		return fmt.Errorf("install %s: %w", strings.Join(packages, ", "), err)
	}
	args := append([]string{"install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"}, packages...)
	_, err := command(ctx, apt, args...).env("DEBIAN_FRONTEND=noninteractive").run()
	return err
}
