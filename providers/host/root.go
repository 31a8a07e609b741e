package host

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// root is the directory that holds the host's files. Every path is walked
// component by component from its open descriptor, so that no link, however
// it is made or changed meanwhile, leads out of it. openat2(2) would do the
// same from Linux 5.6 on; the walk works on all, and tells where a link is.
type root struct {
	path string
	dir  *os.File
}

// LinkError says that a path was not written to because a symbolic link is
// in the way.
type LinkError struct {
	Path string
	// Link is the component that is a link, To what it points to.
	Link, To string
}

func (e *LinkError) Error() string {
	return fmt.Sprintf("write %s: %s is a symbolic link to %q, which ctplan did not make and does not follow when it writes: "+
		"replace the link by what it points to", e.Path, e.Link, e.To)
}

func openRoot(path string) (*root, error) {
	if path == "" {
		path = "/"
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("root directory: %w", err)
	}
	dir, err := os.OpenFile(path, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, fmt.Errorf("root directory: %w", err)
	}
	return &root{path, dir}, nil
}

func (r *root) close() error { return r.dir.Close() }

// maxLinks is how many links a path may lead through, as in the kernel.
const maxLinks = 40

// errNull is how open says that a path leads to /dev/null, the usual way to
// mask a configuration file. An image may have no such device.
var errNull = errors.New("leads to /dev/null")

// open opens what a path leads to, following links as if the root were "/".
func (r *root) open(path string, flags int) (*os.File, error) {
	f, err := r.follow(path, flags)
	if err != nil && !errors.Is(err, errNull) {
		err = &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f, err
}

func (r *root) follow(path string, flags int) (*os.File, error) {
	dirs := []int{int(r.dir.Fd())} // from the root down to where the walk is
	defer func() {
		for _, fd := range dirs[1:] {
			unix.Close(fd)
		}
	}()
	rest := components(path)
	for links := 0; len(rest) > 0; {
		name, here := rest[0], dirs[len(dirs)-1]
		rest = rest[1:]
		if name == ".." {
			if len(dirs) > 1 { // the root's parent is the root
				unix.Close(here)
				dirs = dirs[:len(dirs)-1]
			}
			continue
		}
		to, err := readlink(here, name)
		switch {
		case err == nil: // a link
			if links++; links > maxLinks {
				return nil, unix.ELOOP
			}
			if to == os.DevNull && len(rest) == 0 {
				return nil, errNull
			}
			if filepath.IsAbs(to) {
				for _, fd := range dirs[1:] {
					unix.Close(fd)
				}
				dirs = dirs[:1]
			}
			rest = slices.Concat(components(to), rest)
		case !errors.Is(err, unix.EINVAL): // EINVAL: it is not a link
			return nil, err
		case len(rest) == 0:
			return openAt(here, name, flags)
		default:
			fd, err := unix.Openat(here, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
			if err != nil {
				return nil, err
			}
			dirs = append(dirs, fd)
		}
	}
	return openAt(dirs[len(dirs)-1], ".", flags)
}

func openAt(dir int, name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(dir, name, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// components splits a path, without empty ones and dots. It keeps "..": what
// that means depends on the links before it.
func components(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(c string) bool { return c == "" || c == "." })
}

func readlink(dir int, name string) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(dir, name, buf)
	if err != nil {
		return "", err
	}
	return string(buf[:n]), nil
}

func (r *root) readFile(path string) (File, error) {
	f, err := r.open(path, unix.O_RDONLY)
	if errors.Is(err, errNull) {
		return File{Mode: 0o666}, nil
	}
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err == nil && fi.IsDir() {
		err = unix.EISDIR
	} else if err == nil && !fi.Mode().IsRegular() {
		err = fmt.Errorf("%w: not a regular file", fs.ErrInvalid)
	}
	if err != nil {
		return File{}, &fs.PathError{Op: "read", Path: path, Err: bare(err)}
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return File{}, &fs.PathError{Op: "read", Path: path, Err: bare(err)}
	}
	return file(fi, data), nil
}

func (r *root) readDir(path string) ([]DirEntry, error) {
	dir, err := r.open(path, unix.O_RDONLY|unix.O_DIRECTORY)
	if errors.Is(err, errNull) {
		err = &fs.PathError{Op: "open", Path: path, Err: unix.ENOTDIR}
	}
	if err != nil {
		return nil, err
	}
	return listDir(dir)
}

// listDir lists and closes a directory.
func listDir(dir *os.File) ([]DirEntry, error) {
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	list := make([]DirEntry, 0, len(entries))
	for _, e := range entries {
		list = append(list, DirEntry{Name: e.Name(), Type: e.Type()})
	}
	slices.SortFunc(list, func(a, b DirEntry) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}
