package vm

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// libraryDirs are where a Debian tree for amd64 keeps shared libraries.
var libraryDirs = []string{"usr/lib/x86_64-linux-gnu", "usr/lib64"}

// picker copies files of one tree into another, together with what they need
// to run: the links on the way to them, and shared libraries.
type picker struct {
	from, to string
	done     map[string]bool
}

func newPicker(from, to string) picker { return picker{from, to, map[string]bool{}} }

// pick copies the file or symbolic link of that name, and what it needs.
// Names start at the tree's root and go through no link but their last part.
func (p picker) pick(name string) error {
	if p.done[name] {
		return nil
	}
	p.done[name] = true
	path, copied := filepath.Join(p.from, name), filepath.Join(p.to, name)
	if err := os.MkdirAll(filepath.Dir(copied), 0o755); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return errors.Join(os.WriteFile(copied, data, info.Mode().Perm()), p.pickLibraries(name, data))
	}
	target, err := os.Readlink(path)
	if err != nil {
		return err
	}
	if err := os.Symlink(target, copied); err != nil {
		return err
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join("/", filepath.Dir(name), target)
	}
	return p.pick(mergedUsr(strings.TrimPrefix(target, "/")))
}

// pickAll picks every file of a directory.
func (p picker) pickAll(dir string) error {
	entries, err := os.ReadDir(filepath.Join(p.from, dir))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := p.pick(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// pickLibraries picks the shared libraries and the loader that a program or
// library names. Other files need nothing.
func (p picker) pickLibraries(name string, data []byte) error {
	if !bytes.HasPrefix(data, []byte(elf.ELFMAG)) {
		return nil
	}
	file, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	libraries, err := file.ImportedLibraries()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, library := range libraries {
		if err := p.pickLibrary(library); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(libraries) == 0 {
		return nil
	}
	return p.pick("usr/lib64/ld-linux-x86-64.so.2")
}

func (p picker) pickLibrary(library string) error {
	for _, dir := range libraryDirs {
		if _, err := os.Lstat(filepath.Join(p.from, dir, library)); err == nil {
			return p.pick(filepath.Join(dir, library))
		}
	}
	return fmt.Errorf("library %s: %w in %s", library, fs.ErrNotExist, strings.Join(libraryDirs, ", "))
}

// mergedUsr resolves the links of the root directory (bin, sbin, lib, lib64),
// which all lead into usr.
func mergedUsr(name string) string {
	first, _, _ := strings.Cut(name, "/")
	switch first {
	case "bin", "sbin", "lib", "lib64":
		return "usr/" + name
	}
	return name
}
