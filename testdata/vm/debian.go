package vm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
	defaultMirror = "http://deb.debian.org/debian/"
	// archiveMirror holds releases after their end, which leave the mirrors.
	archiveMirror = "http://archive.debian.org/debian/"
)

// mirrors returns where to look for a Debian release: first where this
// machine gets its own Debian packages, if it does.
func mirrors(ctx context.Context) []string {
	sites := []string{defaultMirror, archiveMirror}
	targets, err := command(ctx, "apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages").run()
	if err != nil {
		return sites // not a machine with Debian's apt: the public mirrors do
	}
	for line := range strings.Lines(targets) {
		if site, ok := strings.CutPrefix(strings.TrimSpace(line), "Debian "); ok && site != defaultMirror {
			return append([]string{site}, sites...)
		}
	}
	return sites
}

// archive is a Debian release seen through an apt configuration of its own,
// so that packages of any release can be had and the machine's own apt is
// left alone. Signatures are checked as always.
type archive struct {
	dir, release string
}

// openArchive makes the configuration in dir and loads the release's package
// list.
func openArchive(ctx context.Context, dir, release string) (archive, error) {
	a := archive{dir, release}
	for _, sub := range []string{"etc/apt.conf.d", "etc/preferences.d", "state/lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return a, err
		}
	}
	// The machine's proxies and the like hold for this download too.
	acquire, err := command(ctx, "apt-config", "dump", "Acquire").run()
	if err != nil {
		return a, err
	}
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "state/status"), nil, 0o644),
		os.WriteFile(filepath.Join(dir, "apt.conf"), []byte(acquire+a.configuration()), 0o644))
	if err != nil {
		return a, err
	}
	var failures []error
	for _, mirror := range mirrors(ctx) {
		source := fmt.Sprintf("deb [signed-by=%s] %s %s main\n", debianKeyring, mirror, release)
		if err := os.WriteFile(filepath.Join(dir, "etc/sources.list"), []byte(source), 0o644); err != nil {
			return a, err
		}
		if _, err := a.apt(ctx, "apt-get", "update", "-qq", "--error-on=any"); err == nil {
			return a, nil
		} else {
			failures = append(failures, err)
		}
	}
	return a, errors.Join(failures...)
}

func (a archive) configuration() string {
	return fmt.Sprintf(`
Dir::Etc "%[1]s/etc";
Dir::State "%[1]s/state";
Dir::State::status "%[1]s/state/status";
Dir::Cache "%[1]s/cache";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "root"; // the cache directory is the user's alone
Acquire::Languages "none";
// A kernel generation is wanted, not the newest package: a mirror's copy of
// an old or of the unstable release may be past its date.
Acquire::Check-Valid-Until "false";
`, a.dir)
}

func (a archive) apt(ctx context.Context, name string, args ...string) (string, error) {
	return command(ctx, name, args...).env("APT_CONFIG=" + filepath.Join(a.dir, "apt.conf")).dir(a.dir).run()
}

// unpack downloads packages and unpacks them into root, without running
// anything of theirs.
func (a archive) unpack(ctx context.Context, root string, packages ...string) error {
	if _, err := a.apt(ctx, "apt-get", append([]string{"download", "-qq"}, packages...)...); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(a.dir, "*.deb"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if _, err := command(ctx, "dpkg", "-x", file, root).run(); err != nil {
			return err
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

// kernelDependency matches the packages that make up one version of a kernel:
// newer releases pack the image, the modules and their index separately.
var kernelDependency = regexp.MustCompile(`(?m)^ *(?:Pre)?Depends: (linux-(?:image|binary|modules|base)-\d\S*)$`)

// kernelPackages returns what the newest cloud kernel of the release is made of.
func (a archive) kernelPackages(ctx context.Context) ([]string, error) {
	var packages []string
	for queue := []string{"linux-image-cloud-amd64"}; len(queue) > 0; queue = queue[1:] {
		depends, err := a.apt(ctx, "apt-cache", "depends", queue[0])
		if err != nil {
			return nil, err
		}
		for _, match := range kernelDependency.FindAllStringSubmatch(depends, -1) {
			packages = append(packages, match[1])
			queue = append(queue, match[1])
		}
	}
	if len(packages) == 0 {
		return nil, fmt.Errorf("linux-image-cloud-amd64 of %s depends on no kernel image", a.release)
	}
	return packages, nil
}
