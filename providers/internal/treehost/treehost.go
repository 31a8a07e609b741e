// Package treehost puts the files of a txtar archive onto a fake host, so
// that tests can hold a host's directories and what is expected of them in
// one readable file.
package treehost

import (
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ctplan/ctplan/providers/host"
)

// Put adds every file of an archive whose name is an absolute path to a
// host. "NAME -> TARGET" is a symbolic link; a file under /proc or /sys is
// the kernel's, and "NAME gone" takes one away. What has no absolute path is
// the test's own and returned by its name.
func Put(h *host.Fake, archive []byte) (extra map[string]string) {
	extra = map[string]string{}
	for _, f := range txtar.Parse(archive).Files {
		name, target, isLink := strings.Cut(f.Name, " -> ")
		gone := strings.HasSuffix(name, " gone")
		switch {
		case !strings.HasPrefix(name, "/"):
			extra[f.Name] = string(f.Data)
		case gone:
			h.Delete(strings.TrimSuffix(name, " gone"))
		case isLink:
			h.SetLink(name, target)
		case strings.HasPrefix(name, "/proc/sys/"):
			h.SetControl(name, host.Control{Value: strings.TrimSpace(string(f.Data))})
		case strings.HasPrefix(name, "/proc/"), strings.HasPrefix(name, "/sys/"):
			h.SetControl(name, host.Control{Value: string(f.Data), Mode: 0o444})
		default:
			h.SetFile(name, string(f.Data))
		}
	}
	return extra
}
