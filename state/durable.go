package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// writer makes durable changes in an open state directory. A new file is
// written in full and synced under a name that nobody reads before a rename
// puts it in place; a change counts once the directory is synced too.
type writer struct{ root *os.Root }

// change opens the directory, lets do change it, and syncs it. What says what
// is being tried, for the error.
func (d *Dir) change(what string, do func(*writer) error) error {
	root, err := d.open()
	if err != nil {
		return err
	}
	w := &writer{root}
	err = do(w)
	if err == nil {
		if err = w.sync("."); err != nil {
			err = fmt.Errorf("%w: %w", ErrNotSynced, bare(err))
		}
	}
	if err = errors.Join(err, root.Close()); err != nil {
		return fmt.Errorf("%s in %s: %w", what, d.path, err)
	}
	return nil
}

// create writes a new file and brings its content to disk. A file of that
// name is a leftover of an earlier run and replaced. After a failure there
// is no such file.
func (w *writer) create(name string, data []byte) error {
	if err := w.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, w.root.Remove(name))
	}
	return nil
}

// replace puts a file with this content in place, atomically.
func (w *writer) replace(name string, data []byte) error {
	temp := name + ".tmp"
	if err := w.create(temp, data); err != nil {
		return err
	}
	if err := w.rename(temp, name); err != nil {
		return errors.Join(err, w.root.Remove(temp))
	}
	return nil
}

func (w *writer) rename(from, to string) error { return w.root.Rename(from, to) }

func (w *writer) remove(name string) error { return w.root.Remove(name) }

// sync brings a directory's entries to disk.
func (w *writer) sync(dir string) error {
	f, err := w.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
