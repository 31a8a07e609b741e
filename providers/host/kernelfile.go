package host

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lorenzosaino/go-sysctl"
)

const parameterDir = "/proc/sys"

// isParameter reports whether a clean path is that of a kernel parameter.
// Only directories (those of interfaces) have dots in their names; a file
// that has one is something mounted below, such as an entry of binfmt_misc.
func isParameter(path string) bool {
	return strings.HasPrefix(path, parameterDir+"/") && !strings.ContainsRune(filepath.Base(path), '.')
}

// parameter returns a client for the directory of a kernel parameter, and the
// parameter's name within it. The client takes every dot of a key for a
// separator, so that a key with an interface name in it (eth0.100) has to be
// split here. The client's own errors about the directory are text only:
// whoever calls this has looked whether the path exists.
func parameter(path string) (*sysctl.Client, string, error) {
	client, err := sysctl.NewClient(filepath.Dir(path))
	if err != nil {
		return nil, "", &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return client, filepath.Base(path), nil
}

// statParameter looks at the file of a kernel parameter. The lookup happens
// in the network namespace of the calling thread.
func statParameter(path string) (fs.FileInfo, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: bare(err)}
	}
	if fi.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	return fi, nil
}

func readParameter(path string) (File, error) {
	fi, err := statParameter(path)
	if err != nil {
		return File{}, err
	}
	client, name, err := parameter(path)
	if err != nil {
		return File{}, err
	}
	value, err := client.Get(name)
	if err != nil {
		return File{}, err
	}
	return file(fi, []byte(value)), nil
}

// writeParameter sets a kernel parameter. The client would try to create a
// file that is missing, and the kernel's answer to that is not the one for a
// missing parameter: the lookup comes first.
func writeParameter(path, value string) error {
	if _, err := statParameter(path); err != nil {
		return err
	}
	client, name, err := parameter(path)
	if err != nil {
		return err
	}
	return client.Set(name, value)
}

// readKernel reads any other file under /proc and /sys.
func readKernel(path string) (File, error) {
	f, err := os.OpenFile(ownThread(path), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return File{}, err
	}
	return file(fi, data), nil
}

// writeKernel writes to any other file under /proc and /sys: one write(2),
// of which the kernel takes all or nothing, and no truncation, which clears
// some files of tracefs.
func writeKernel(path, data string) error {
	fd, err := syscall.Open(ownThread(path), syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	n, err := syscall.Write(fd, []byte(data))
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	if closed := syscall.Close(fd); err == nil {
		err = closed
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: err}
	}
	return nil
}

func file(fi fs.FileInfo, data []byte) File {
	f := File{Data: data, Mode: fi.Mode().Perm()}
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		f.UID, f.GID = int(st.Uid), int(st.Gid)
	}
	return f
}

// bare is the cause of an error without the operation and the path that the
// standard library puts before it.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
