package vm

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// cpioWriter writes the archive format that the kernel unpacks as its first
// file system ("newc": Documentation/driver-api/early-userspace in the
// kernel's sources). Everything in it belongs to root.
type cpioWriter struct {
	w     io.Writer
	inode int
}

// Kinds of files, as in st_mode.
const (
	cpioDirectory = 0o040000
	cpioRegular   = 0o100000
	cpioLink      = 0o120000
)

// tree adds everything below a directory, in the order of its names.
func (c *cpioWriter) tree(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		switch mode := int(info.Mode().Perm()); {
		case info.IsDir():
			return c.entry(name, cpioDirectory|mode, nil)
		case info.Mode().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return c.entry(name, cpioRegular|mode, data)
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return c.entry(name, cpioLink|0o777, []byte(target))
		default:
			return fmt.Errorf("%s: a file of this kind has no place in an initial file system", path)
		}
	})
}

// close ends the archive; it does not close the writer below.
func (c *cpioWriter) close() error { return c.entry("TRAILER!!!", 0, nil) }

func (c *cpioWriter) entry(name string, mode int, data []byte) error {
	c.inode++
	const (
		links = 1
		zero  = 0 // owner, group, time, devices, checksum
	)
	header := fmt.Sprintf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", c.inode, mode, zero, zero, links,
		zero, len(data), zero, zero, zero, zero, len(name)+1, zero)
	for _, part := range [][]byte{[]byte(header + name + "\x00"), data} {
		padding := -len(part) & 3
		if _, err := c.w.Write(append(part[:len(part):len(part)], make([]byte, padding)...)); err != nil {
			return err
		}
	}
	return nil
}
