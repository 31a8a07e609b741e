package cli

import (
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// planFS is the configuration inside a saved plan as a file system: files by
// slash-separated path, directories by what is below them.
type planFS map[string]string

// Open implements fs.FS.
func (p planFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if text, ok := p[name]; ok {
		return &planFile{planEntry{path.Base(name), int64(len(text)), false}, strings.NewReader(text)}, nil
	}
	if entries := p.entries(name); name == "." || len(entries) > 0 {
		return &planDir{planEntry{path.Base(name), 0, true}, entries}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// entries lists a directory, sorted.
func (p planFS) entries(dir string) []fs.DirEntry {
	found := map[string]planEntry{}
	for name, text := range p {
		rest, inside := strings.CutPrefix(name, dir+"/")
		if dir == "." {
			rest, inside = name, true
		}
		if !inside {
			continue
		}
		first, _, deeper := strings.Cut(rest, "/")
		found[first] = planEntry{first, int64(len(text)), deeper}
	}
	var out []fs.DirEntry
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[name])
	}
	return out
}

// planEntry is what there is to know of a file or a directory.
type planEntry struct {
	name string
	size int64
	dir  bool
}

func (e planEntry) Name() string               { return e.name }
func (e planEntry) Size() int64                { return e.size }
func (e planEntry) IsDir() bool                { return e.dir }
func (e planEntry) ModTime() time.Time         { return time.Time{} }
func (e planEntry) Sys() any                   { return nil }
func (e planEntry) Type() fs.FileMode          { return e.Mode().Type() }
func (e planEntry) Info() (fs.FileInfo, error) { return e, nil }
func (e planEntry) Mode() fs.FileMode {
	if e.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

type planFile struct {
	planEntry
	*strings.Reader
}

func (f *planFile) Size() int64                { return f.planEntry.size }
func (f *planFile) Stat() (fs.FileInfo, error) { return f.planEntry, nil }
func (f *planFile) Close() error               { return nil }

type planDir struct {
	planEntry
	left []fs.DirEntry
}

func (d *planDir) Stat() (fs.FileInfo, error) { return d.planEntry, nil }
func (d *planDir) Close() error               { return nil }
func (d *planDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *planDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.left)
	} else if len(d.left) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.left))
	out := d.left[:n]
	d.left = d.left[n:]
	return out, nil
}
