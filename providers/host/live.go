package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// LiveOptions choose what of the machine a Live host stands for.
type LiveOptions struct {
	// Netns is a network namespace: a name as ip-netns(8) lists it, or the
	// path of a namespace file such as /proc/1234/ns/net. Empty means the
	// namespace that ctplan runs in.
	Netns string
	// Root is the directory that holds the host's files. Empty means "/".
	// /proc and /sys, and the programs that are run, are always this machine's.
	Root string
}

// Live is the machine that ctplan runs on. It is safe for concurrent use.
type Live struct {
	netns string
	root  *root
	// where runs a function where the network namespace is the wanted one.
	where thread
}

// NewLive opens the machine. Close releases what it holds.
func NewLive(o LiveOptions) (*Live, error) {
	r, err := openRoot(o.Root)
	if err != nil {
		return nil, err
	}
	l := &Live{netns: o.Netns, root: r, where: anyThread{}}
	if o.Netns != "" {
		if l.where, err = enterNetns(o.Netns); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	return l, nil
}

// Close releases the namespace and the root. The host cannot be used afterwards.
func (l *Live) Close() error {
	return errors.Join(l.where.close(), l.root.close())
}

// clean checks a path of the Host interface and brings it to its shortest form.
func clean(op, path string) (string, error) {
	if !filepath.IsAbs(path) || strings.ContainsRune(path, 0) {
		return "", &fs.PathError{Op: op, Path: path, Err: fmt.Errorf("%w: not an absolute path", fs.ErrInvalid)}
	}
	return filepath.Clean(path), nil
}

// isKernel reports whether a clean path is the kernel's and not the root's.
func isKernel(path string) bool {
	return path == "/proc" || path == "/sys" || strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/sys/")
}

// ReadFile implements Host. The value of a kernel parameter (a file under
// /proc/sys) comes without surrounding white space.
func (l *Live) ReadFile(ctx context.Context, path string) (f File, err error) {
	if err := ctx.Err(); err != nil {
		return File{}, err
	}
	path, err = clean("open", path)
	switch {
	case err != nil:
		return File{}, err
	case isParameter(path):
		l.where.do(func() { f, err = readParameter(path) })
	case isKernel(path):
		l.where.do(func() { f, err = readKernel(path) })
	default:
		f, err = l.root.readFile(path)
	}
	return f, err
}

// ReadDir implements Host.
func (l *Live) ReadDir(ctx context.Context, path string) (list []DirEntry, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err = clean("open", path)
	switch {
	case err != nil:
		return nil, err
	case isKernel(path):
		l.where.do(func() {
			var dir *os.File
			if dir, err = os.Open(ownThread(path)); err == nil {
				list, err = listDir(dir)
			}
		})
	default:
		list, err = l.root.readDir(path)
	}
	return list, err
}

// WriteFile implements Host. A link in the last or any other component of
// the path is a *LinkError. Should the final sync of the directory fail, the
// new file is in place and the error says so.
func (l *Live) WriteFile(ctx context.Context, path string, f File) error {
	path, err := l.fileToChange(ctx, "write", path)
	if err != nil {
		return err
	}
	return l.root.writeFile(path, f)
}

// Remove implements Host. Directories that WriteFile made stay.
func (l *Live) Remove(ctx context.Context, path string) error {
	path, err := l.fileToChange(ctx, "remove", path)
	if err != nil {
		return err
	}
	return l.root.remove(path)
}

func (l *Live) fileToChange(ctx context.Context, op, path string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	path, err := clean(op, path)
	if err == nil && isKernel(path) {
		err = &fs.PathError{Op: op, Path: path, Err: fmt.Errorf("%w: a kernel file is not a regular file", fs.ErrInvalid)}
	}
	return path, err
}

// WriteControl implements Host.
func (l *Live) WriteControl(ctx context.Context, path, data string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path, err := clean("open", path)
	switch {
	case err != nil:
		return controlError(err, path, data)
	case isParameter(path):
		l.where.do(func() { err = writeParameter(path, data) })
	case isKernel(path):
		l.where.do(func() { err = writeKernel(path, data) })
	default:
		err = &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("%w: neither under /proc nor under /sys", fs.ErrInvalid)}
	}
	return controlError(err, path, data)
}

func controlError(err error, path, data string) error {
	if err == nil {
		return nil
	}
	op := "open"
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
		if p.Op == "write" || p.Op == "close" {
			op = "write"
		}
	}
	return &ControlError{Op: op, Path: path, Data: data, Err: err}
}

// ownThread names the files of the calling thread where the path would lead
// to those of the process: /proc/net is that of its main thread, which is
// in another network namespace. /proc/thread-self is missing before Linux 3.17.
func ownThread(path string) string {
	if path == "/proc/net" || strings.HasPrefix(path, "/proc/net/") {
		return fmt.Sprintf("/proc/self/task/%d%s", syscall.Gettid(), strings.TrimPrefix(path, "/proc"))
	}
	return path
}
