package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// maxFile bounds what is read into memory: far above what ctplan writes for
// thousands of resources, far below what would hurt the host.
const maxFile = 64 << 20

// Dir is a state directory, /var/lib/ctplan by default. Its methods can be
// called by one goroutine at a time, and those that change something only
// under an exclusive Lock.
type Dir struct{ path string }

// Open names a state directory. It does no I/O: the directory is made by the
// first exclusive Lock.
func Open(path string) *Dir { return &Dir{path: filepath.Clean(path)} }

// Path is the directory's path.
func (d *Dir) Path() string { return d.path }

func (d *Dir) join(name string) string { return filepath.Join(d.path, name) }

// open opens the directory after checking that only this user and root can
// change what is in it. All further access goes through the open directory,
// so that what has been checked is what is used.
func (d *Dir) open() (*os.Root, error) {
	before, err := os.Lstat(d.path)
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	if reason := unsafe(before, os.Geteuid()); reason != "" {
		return nil, &UnsafeError{d.path, reason}
	}
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	after, err := root.Stat(".")
	if err == nil && !os.SameFile(before, after) {
		err = &UnsafeError{d.path, "it was replaced while it was being opened"}
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return root, nil
}

// unsafe says why a directory with these properties cannot hold the state of
// this user, or "".
func unsafe(fi fs.FileInfo, euid int) string {
	if fi.Mode()&fs.ModeSymlink != 0 {
		return "it is a symbolic link; name the directory itself with -state-dir"
	}
	if !fi.IsDir() {
		return "it is not a directory"
	}
	if perm := fi.Mode().Perm(); perm&0o022 != 0 {
		return fmt.Sprintf("its mode is %04o, so others can write to it; make it private with chmod 0700", perm)
	}
	if st, ok := fi.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != euid {
		return fmt.Sprintf("it belongs to user %d, who could change it under ctplan, which runs as user %d", st.Uid, euid)
	}
	return ""
}

// create makes the directory if it is missing.
func (d *Dir) create() error {
	if err := os.MkdirAll(filepath.Dir(d.path), 0o700); err != nil {
		return fmt.Errorf("make the state directory: %w", err)
	}
	switch err := os.Mkdir(d.path, 0o700); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return fmt.Errorf("make the state directory: %w", err)
	}
	parent, err := os.Open(filepath.Dir(d.path))
	if err != nil {
		return fmt.Errorf("make the state directory: %w", err)
	}
	if err := errors.Join(parent.Sync(), parent.Close()); err != nil {
		return fmt.Errorf("make the state directory: %w", err)
	}
	return nil
}

// read returns one file of the directory. The error wraps fs.ErrNotExist if
// the file or the whole directory is missing.
func (d *Dir) read(name string) ([]byte, error) {
	root, err := d.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return readFile(root, d.join(name), name)
}

func readFile(root *os.Root, path, name string) ([]byte, error) {
	// Not blocking: somebody may have put a pipe there.
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, bare(err))
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, bare(err))
	}
	if !fi.Mode().IsRegular() {
		return nil, &CorruptError{Path: path, Reason: "it is not a regular file"}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, bare(err))
	}
	if len(data) > maxFile {
		return nil, &CorruptError{Path: path, Reason: fmt.Sprintf("it is larger than %d MiB", maxFile>>20)}
	}
	return data, nil
}

// bare strips the operation and the path that the standard library puts into
// its errors, where the message has them already.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}
