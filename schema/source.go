package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
)

// maxFileSize bounds one source file, in bytes. A generated configuration of
// ten thousand rules is about 3 MiB.
const maxFileSize = 8 << 20

// isConfigFile reports whether a file of this name is part of a
// configuration. Editors leave copies behind: `.x.swp`, `x~`, `#x#`.
func isConfigFile(name string) bool {
	return !isLeftover(name) && (strings.HasSuffix(name, ".ctplan.hcl") || strings.HasSuffix(name, ".ctplan.json"))
}

// isAutoVariableFile reports whether variable values are read from a file of
// this name without being asked to.
func isAutoVariableFile(name string) bool {
	return !isLeftover(name) && (isDefaultVariableFile(name) ||
		strings.HasSuffix(name, ".auto.ctvars") || strings.HasSuffix(name, ".auto.ctvars.json"))
}

func isDefaultVariableFile(name string) bool {
	return name == "ctplan.ctvars" || name == "ctplan.ctvars.json"
}

func isLeftover(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") ||
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#")
}

// listing is what a directory holds for ctplan, as paths in the file system.
type listing struct {
	config    []string // sorted
	variables []string // lowest precedence first
}

func list(fsys fs.FS, dir string) (listing, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return listing{}, err
	}
	var l listing
	for _, e := range entries {
		switch name := path.Join(dir, e.Name()); {
		case e.IsDir():
		case isConfigFile(e.Name()):
			l.config = append(l.config, name)
		case isAutoVariableFile(e.Name()):
			l.variables = append(l.variables, name)
		}
	}
	sort.Strings(l.config)
	sort.Slice(l.variables, func(i, j int) bool {
		a, b := path.Base(l.variables[i]), path.Base(l.variables[j])
		if x, y := isDefaultVariableFile(a), isDefaultVariableFile(b); x != y {
			return x
		}
		return a < b
	})
	return l, nil
}

// read returns a file's content. Everything but regular files is refused: a
// named pipe would block for ever.
func read(fsys fs.FS, name string) ([]byte, *hcl.Diagnostic) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, unreadable(name, reason(err))
	}
	if !info.Mode().IsRegular() {
		return nil, unreadable(name, "it is not a regular file")
	}
	if info.Size() > maxFileSize {
		return nil, unreadable(name, fmt.Sprintf("it has %d bytes, and %d are the most that ctplan reads", info.Size(), maxFileSize))
	}
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, unreadable(name, reason(err))
	}
	return src, nil
}

func unreadable(name, why string) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Unreadable file",
		Detail:   fmt.Sprintf("%s cannot be read: %s.", name, why),
		Subject:  &hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos},
	}
}

// reason is what the operating system says, without the path that the message
// names already.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// parse parses native syntax, or JSON if the name ends so. The file is nil
// if nothing could be made of it.
func parse(name string, src []byte) (*hcl.File, hcl.Diagnostics) {
	if d := checkLimits(name, src); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	if strings.HasSuffix(name, ".json") {
		return hcljson.Parse(src, name)
	}
	return hclsyntax.ParseConfig(src, name, hcl.InitialPos)
}

// recorder remembers the files that were read through it.
type recorder struct {
	fs.FS
	read map[string][]byte
}

// ReadFile implements fs.ReadFileFS.
func (r *recorder) ReadFile(name string) ([]byte, error) {
	data, err := fs.ReadFile(r.FS, name)
	if err == nil {
		r.read[name] = data
	}
	return data, err
}
