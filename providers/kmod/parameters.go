package kmod

import (
	"context"
	"strings"
	"time"

	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
)

// modinfoTimeout bounds the one program that is run to read.
const modinfoTimeout = 10 * time.Second

// parameters asks modinfo which options a module has. known is false where
// nobody can tell: modinfo is missing, or has no file of the module.
func (s *session) parameters(ctx context.Context, module string) (names map[string]bool, known bool) {
	if s.req.Facts.Root != "/" {
		return nil, false // programs are those of the running system
	}
	result, err := s.req.Host.Run(ctx, host.Command{
		Argv:    []string{"modinfo", "-F", "parm", "-k", s.inv.Release, module},
		Timeout: modinfoTimeout,
	})
	if err != nil || result.ExitCode != 0 {
		return nil, false
	}
	names = map[string]bool{}
	for line := range strings.Lines(string(result.Stdout)) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			names[bootconf.ModuleName(strings.TrimSpace(name))] = true
		}
	}
	return names, true
}

// parameter is an option of a loaded module as /sys shows it.
type parameter struct {
	value    string
	visible  bool // the kernel shows it
	writable bool // a change takes effect at once
}

func parameterFile(module, name string) string {
	return "/sys/module/" + module + "/parameters/" + name
}

func (s *session) readParameter(ctx context.Context, module, name string) parameter {
	f, err := s.req.Host.ReadFile(ctx, parameterFile(module, name))
	if err != nil {
		return parameter{}
	}
	return parameter{strings.TrimSpace(string(f.Data)), true, f.Mode&0o222 != 0}
}
