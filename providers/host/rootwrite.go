package host

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"golang.org/x/sys/unix"
)

// parent opens the directory of a file that is to be changed. No component
// may be a link. With create, missing directories are made, mode 0755.
func (r *root) parent(path string, create bool) (*os.File, error) {
	here, err := openAt(int(r.dir.Fd()), ".", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	walked := "/"
	for _, name := range components(filepath.Dir(path)) {
		walked = filepath.Join(walked, name)
		next, err := r.step(here, name, create)
		if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENOTDIR) {
			err = linkError(here, name, path, walked, err)
		}
		here.Close()
		if err != nil {
			return nil, err
		}
		here = next
	}
	return here, nil
}

func (r *root) step(here *os.File, name string, create bool) (*os.File, error) {
	next, err := openAt(int(here.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY)
	if !create || !errors.Is(err, unix.ENOENT) {
		return next, err
	}
	if err := unix.Mkdirat(int(here.Fd()), name, 0o755); err != nil && !errors.Is(err, unix.EEXIST) {
		return nil, err
	}
	next, err = openAt(int(here.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	// Whatever the umask of the caller: other programs read these files.
	if err := errors.Join(next.Chmod(0o755), here.Sync()); err != nil {
		return nil, errors.Join(err, next.Close())
	}
	return next, nil
}

// linkError is a *LinkError if the name is a link, else err.
func linkError(dir *os.File, name, path, walked string, err error) error {
	if to, e := readlink(int(dir.Fd()), name); e == nil {
		return &LinkError{Path: path, Link: walked, To: to}
	}
	return err
}

// writeFile puts a file in place: written and synced under another name in
// the same directory, renamed over the old one, directory synced.
func (r *root) writeFile(path string, f File) error {
	return r.change("write", path, true, func(dir *os.File, name string) error {
		temp, err := writeTemp(dir, f)
		if err != nil {
			return err
		}
		defer temp.Close() // lets go of the lock that marks it as in use
		fd := int(dir.Fd())
		if err := unix.Renameat(fd, temp.Name(), fd, name); err != nil {
			return errors.Join(err, unix.Unlinkat(fd, temp.Name(), 0))
		}
		return nil
	})
}

func (r *root) remove(path string) error {
	err := r.change("remove", path, false, func(dir *os.File, name string) error {
		err := unix.Unlinkat(int(dir.Fd()), name, 0)
		if errors.Is(err, unix.ENOENT) {
			return nil
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) { // not even the directory is there
		return nil
	}
	return err
}

// change opens the directory of a file, sees to it that the file is not a
// link or anything else of somebody's, clears away what a killed run left,
// lets do change it, and syncs the directory.
func (r *root) change(op, path string, create bool, do func(dir *os.File, name string) error) error {
	fail := func(err error) error {
		var link *LinkError
		if errors.As(err, &link) {
			return link
		}
		return &fs.PathError{Op: op, Path: path, Err: bare(err)}
	}
	dir, err := r.parent(path, create)
	if err != nil {
		return fail(err)
	}
	defer dir.Close()
	name := filepath.Base(path)
	if err := checkReplaceable(dir, name, path); err != nil {
		return fail(err)
	}
	removeLeftovers(dir)
	if err := do(dir, name); err != nil {
		return fail(err)
	}
	if err := dir.Sync(); err != nil {
		return fail(fmt.Errorf("done, but the directory could not be synced: %w", bare(err)))
	}
	return nil
}

func checkReplaceable(dir *os.File, name, path string) error {
	var st unix.Stat_t
	err := unix.Fstatat(int(dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return nil
	case unix.S_IFLNK:
		return linkError(dir, name, path, path, unix.ELOOP)
	case unix.S_IFDIR:
		return unix.EISDIR
	}
	return fmt.Errorf("%w: not a regular file", fs.ErrInvalid)
}

// Temporary files start with a dot and do not end in .conf, so that no
// program that reads a configuration directory takes them for its own.
const (
	tempPrefix = ".ctplan-tmp-"
	tempRandom = 26 // length of rand.Text
)

var tempName = pattern(`^\.ctplan-tmp-[A-Z2-7]{26}$`)

// writeTemp writes a synced file under a temporary name. It is locked as
// long as it is open, so that others know that it is not a leftover.
func writeTemp(dir *os.File, f File) (*os.File, error) {
	name := tempPrefix + rand.Text()
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	temp := os.NewFile(uintptr(fd), name)
	err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		_, err = temp.Write(f.Data)
	}
	if err == nil {
		err = setOwner(temp, f)
	}
	if err == nil {
		err = temp.Sync()
	}
	if err != nil {
		return nil, errors.Join(bare(err), unix.Unlinkat(int(dir.Fd()), name, 0), temp.Close())
	}
	return temp, nil
}

// setOwner sets owner and mode, in this order: a change of the owner clears
// some mode bits. The owner is left alone where it is right, so that whoever
// may not change owners can write own files.
func setOwner(temp *os.File, f File) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(temp.Fd()), &st); err != nil {
		return err
	}
	if int(st.Uid) != f.UID || int(st.Gid) != f.GID {
		if err := temp.Chown(f.UID, f.GID); err != nil {
			return err
		}
	}
	return temp.Chmod(f.Mode.Perm())
}

// removeLeftovers removes the temporary files of runs that were killed. It
// tries: a leftover does no harm, and must not keep anybody from working.
func removeLeftovers(dir *os.File) {
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		if !tempName().MatchString(name) {
			continue
		}
		f, err := openAt(int(dir.Fd()), name, unix.O_RDONLY)
		if err != nil {
			continue
		}
		if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			_ = unix.Unlinkat(int(dir.Fd()), name, 0)
		}
		f.Close()
	}
}

// pattern compiles an expression when it is first needed: most runs last
// milliseconds and need none.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
