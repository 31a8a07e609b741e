package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// systemConfig is the configuration directory where neither a PATH is given
// nor the current directory holds a configuration.
const systemConfig = "/etc/ctplan"

// source is where a configuration comes from.
type source struct {
	dir string // absolute
	fs  fs.FS
}

// configSource finds the configuration: the PATH argument, else the current
// directory if it holds one, else /etc/ctplan. Under -root that is the host's.
func (a *app) configSource(arg string) (source, error) {
	if arg == "" {
		dir := a.workdir()
		if !holdsConfig(dir) {
			dir = filepath.Join("/", a.rootDir(), systemConfig)
		}
		return a.directory(dir, arg)
	}
	path := a.path(arg)
	info, err := os.Stat(path)
	if err != nil {
		return source{}, noConfig(path, err)
	}
	if info.IsDir() {
		return a.directory(path, arg)
	}
	if !isConfigFile(path) {
		return source{}, &usageError{fmt.Sprintf("%s is not a configuration file. Its name has to end in .ctplan.hcl or .ctplan.json.", arg)}
	}
	dir, name := filepath.Split(path)
	return source{filepath.Clean(dir), oneFile{os.DirFS(dir), name}}, nil
}

func (a *app) directory(dir, arg string) (source, error) {
	if holdsConfig(dir) {
		return source{dir, os.DirFS(dir)}, nil
	}
	if _, err := os.ReadDir(dir); err != nil && (arg != "" || !errors.Is(err, fs.ErrNotExist)) {
		return source{}, noConfig(dir, err)
	}
	if arg != "" {
		return source{}, &failure{summary: "No configuration", detail: fmt.Sprintf("%s holds no files *.ctplan.hcl or *.ctplan.json.", dir)}
	}
	return source{}, &failure{
		summary: "No configuration",
		detail: fmt.Sprintf("Neither %s nor %s holds files *.ctplan.hcl. Name a directory: ctplan COMMAND PATH.",
			a.workdir(), dir),
	}
}

func noConfig(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	if errno, ok := err.(syscall.Errno); ok && errno == syscall.ENOENT {
		return &failure{summary: "No configuration", detail: fmt.Sprintf("%s does not exist.", path), err: err}
	}
	return &failure{summary: "No configuration", detail: fmt.Sprintf("%s cannot be read: %v.", path, err), err: err}
}

// holdsConfig reports whether a directory has configuration files.
func holdsConfig(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if !e.IsDir() && isConfigFile(e.Name()) {
			return true
		}
	}
	return false
}

// isConfigFile reports whether a name is that of a configuration file, and
// not of an editor's backup of one.
func isConfigFile(path string) bool {
	name := filepath.Base(path)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") {
		return false
	}
	return strings.HasSuffix(name, ".ctplan.hcl") || strings.HasSuffix(name, ".ctplan.json")
}

// oneFile is a directory in which all other configuration files are hidden.
// Local modules and variable files stay visible.
type oneFile struct {
	fs.FS
	name string
}

// ReadDir implements fs.ReadDirFS.
func (o oneFile) ReadDir(dir string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, dir)
	if err != nil || dir != "." {
		return entries, err
	}
	var out []fs.DirEntry
	for _, e := range entries {
		if !isConfigFile(e.Name()) || e.Name() == o.name || e.IsDir() {
			out = append(out, e)
		}
	}
	return out, nil
}
