package bootconf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/ctplan/ctplan/providers/host"
)

// Origin is a line of a file.
type Origin struct {
	Path string
	Line int // from 1; 0 where the file as a whole is meant
}

// String is the origin as compilers and editors write it: "path:line".
func (o Origin) String() string {
	if o.Line == 0 {
		return o.Path
	}
	return fmt.Sprintf("%s:%d", o.Path, o.Line)
}

// File is one drop-in that counts: it is not masked by a file of its name in
// a directory that goes before.
type File struct {
	Path string
	Data []byte
	// Link reports that the name is a symbolic link, such as Debian's
	// 99-sysctl.conf to /etc/sysctl.conf.
	Link bool
}

// Unreadable is a drop-in whose content could not be had, so that what was
// concluded without it may be wrong.
type Unreadable struct {
	Path string
	Err  error
}

// roots are the parents of drop-in directories, highest precedence first.
// On a merged /usr the last one shows the files of the one before again,
// which the masking by name takes care of.
var roots = []string{"/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"}

// Search returns the *.conf drop-ins of the directories with this name
// ("sysctl.d") in the order in which they are read: by file name, whatever
// directory they are in. Of two files of one name the one in the directory
// that goes before counts, even where it is empty or a link to /dev/null.
// Source: sysctl.d(5), modules-load.d(5), modprobe.d(5).
func Search(ctx context.Context, h host.Host, name string) ([]File, []Unreadable, error) {
	var files []File
	var unreadable []Unreadable
	seen := map[string]bool{}
	for _, root := range roots {
		dir := path.Join(root, name)
		entries, err := h.ReadDir(ctx, dir)
		if cancelled := ctx.Err(); cancelled != nil {
			return nil, nil, cancelled
		}
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				unreadable = append(unreadable, Unreadable{dir, err})
			}
			continue
		}
		for _, entry := range entries {
			if !isDropIn(entry) || seen[entry.Name] {
				continue
			}
			seen[entry.Name] = true
			file, err := read(ctx, h, path.Join(dir, entry.Name), entry)
			if err != nil {
				unreadable = append(unreadable, Unreadable{file.Path, err})
				continue
			}
			files = append(files, file)
		}
	}
	sort.Slice(files, func(i, j int) bool { return path.Base(files[i].Path) < path.Base(files[j].Path) })
	return files, unreadable, nil
}

// isDropIn leaves out directories, hidden files and everything that is not *.conf.
func isDropIn(e host.DirEntry) bool {
	return !e.Type.IsDir() && strings.HasSuffix(e.Name, ".conf") && !strings.HasPrefix(e.Name, ".")
}

// read returns a drop-in. A link that leads nowhere, or to /dev/null, is an
// empty file: it masks others of its name and says nothing itself.
func read(ctx context.Context, h host.Host, name string, entry host.DirEntry) (File, error) {
	out := File{Path: name, Link: entry.Type&fs.ModeSymlink != 0}
	content, err := h.ReadFile(ctx, name)
	switch {
	case err == nil:
		out.Data = content.Data
	case out.Link && errors.Is(err, fs.ErrNotExist):
	default:
		return out, err
	}
	return out, nil
}

// lines calls visit with each line of data that is neither blank nor a
// comment, trimmed. comment holds the characters that start a comment.
func lines(data []byte, comment string, visit func(number int, line string)) {
	number := 0
	for len(data) > 0 {
		number++
		line := data
		if end := bytes.IndexByte(data, '\n'); end >= 0 {
			line, data = data[:end], data[end+1:]
		} else {
			data = nil
		}
		text := strings.TrimSpace(string(line))
		if text == "" || strings.IndexByte(comment, text[0]) >= 0 {
			continue
		}
		visit(number, text)
	}
}
