package trace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

// controlFiles are where the kernel lists its debug messages: the first on
// newer kernels (5.10, not 5.4), the second wherever debugfs is mounted.
var controlFiles = []string{"/proc/dynamic_debug/control", "/sys/kernel/debug/dynamic_debug/control"}

// Site is a debug message of the kernel.
type Site struct {
	Module, File string
	Line         int
	Function     string
	// Flags are its letters, sorted, or "_" for none.
	Flags string
	// Format is what it prints, as in the source.
	Format string
}

// none are the flags of a message that is off.
const none = "_"

// ParseControl reads the list of debug messages:
// `net/a.c:889 [nf_conntrack]tcp_new =_ "invalid new\n"`. Source: kernel,
// ddebug_proc_show in lib/dynamic_debug.c.
func ParseControl(data string) ([]Site, error) {
	var out []Site
	number := 0
	for line := range strings.Lines(data) {
		number++
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		site, ok := parseSite(line)
		if !ok {
			return nil, fmt.Errorf("line %d: %q is not a debug message", number, line)
		}
		out = append(out, site)
	}
	return out, nil
}

func parseSite(line string) (Site, bool) {
	place, rest, ok := strings.Cut(line, " [")
	if !ok {
		return Site{}, false
	}
	colon := strings.LastIndexByte(place, ':')
	if colon < 1 {
		return Site{}, false
	}
	number, err := strconv.Atoi(place[colon+1:])
	module, rest, closed := strings.Cut(rest, "]")
	function, rest, named := strings.Cut(rest, " =")
	flags, format, quoted := strings.Cut(rest, ` "`)
	if err != nil || number < 1 || !closed || !named || !quoted || strings.ContainsAny(place+module+function, " \t") || module == "" || function == "" {
		return Site{}, false
	}
	end := strings.LastIndexByte(format, '"') // a class may follow
	if end < 0 {
		return Site{}, false
	}
	letters, ok := sortFlags(flags)
	return Site{module, place[:colon], number, function, letters, unescape(format[:end])}, ok
}

// sortFlags brings flags into one form.
func sortFlags(flags string) (string, bool) {
	var out strings.Builder
	for r := 'a'; r <= 'z'; r++ {
		if strings.ContainsRune(flags, r) {
			out.WriteRune(r)
		}
	}
	switch {
	case out.Len() == len(flags) && flags != "":
		return out.String(), true
	case flags == none:
		return none, true
	}
	return "", false
}

// escapes are those that the kernel writes with a letter.
var escapes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'f': '\f', 'v': '\v', 'a': '\a', 'e': 0x1b, '"': '"', '\\': '\\'}

// unescape reads a text as the kernel prints it; up to 5.10 it writes \012
// for a newline, and \n later.
func unescape(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		if c, ok := escapes[s[i]]; ok {
			out.WriteByte(c)
			continue
		}
		if i+3 <= len(s) {
			if n, err := strconv.ParseUint(s[i:i+3], 8, 8); err == nil {
				out.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		out.WriteByte('\\')
		out.WriteByte(s[i])
	}
	return out.String()
}

// readControl lists the debug messages, and the file that they are
// controlled by; no file where the kernel shows none.
func readControl(ctx context.Context, h host.Host) (file string, sites []Site, err error) {
	var denied error
	for _, name := range controlFiles {
		f, err := h.ReadFile(ctx, name)
		if err == nil {
			sites, err = ParseControl(string(f.Data))
			if err != nil {
				return "", nil, fmt.Errorf("%s: %w", name, err)
			}
			return name, sites, nil
		}
		if !errors.Is(err, fs.ErrNotExist) && denied == nil {
			denied = err
		}
	}
	return "", nil, denied
}

// same reports whether a message is the one that a target names.
func (s Site) same(t planner.DebugSite) bool {
	return s.Module == t.Module && s.File == t.File && s.Line == t.Line && s.Function == t.Function
}

// target names the message on a kernel of this release.
func (s Site) target(release string) planner.DebugSite {
	return planner.DebugSite{Release: release, Module: s.Module, File: s.File, Line: s.Line, Function: s.Function}
}
