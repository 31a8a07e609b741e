package trace

import (
	"path"
	"strings"

	"github.com/ctplan/ctplan/schema"
)

// selection are the conditions of a dynamic_debug block; empty ones match all.
type selection struct {
	module, file, function, format string
	from, to                       int // lines, both 0 where any will do
}

func newSelection(r *schema.Resource) selection {
	var s selection
	s.module, _ = r.String("module")
	s.file, _ = r.String("file")
	s.function, _ = r.String("function")
	s.format, _ = r.String("format")
	if a, set := r.Attrs["line"]; set {
		s.from, s.to = schema.DebugLines(a.Value.AsString())
	}
	return s
}

// matches reports whether a message satisfies all conditions, by the kernel's
// rules. Source: ddebug_change in lib/dynamic_debug.c; that the end of a path
// will do is ours.
func (s selection) matches(site Site) bool {
	switch {
	case s.module != "" && !wildcard(s.module, site.Module):
	case s.function != "" && !wildcard(s.function, site.Function):
	case s.file != "" && !s.matchesFile(site.File):
	case s.to != 0 && (site.Line < s.from || site.Line > s.to):
	case s.format != "" && !s.matchesFormat(site.Format):
	default:
		return true
	}
	return false
}

func (s selection) matchesFile(file string) bool {
	return wildcard(s.file, file) || wildcard(s.file, path.Base(file)) || strings.HasSuffix(file, "/"+s.file)
}

func (s selection) matchesFormat(format string) bool {
	if head, anchored := strings.CutPrefix(s.format, "^"); anchored {
		return strings.HasPrefix(format, head)
	}
	return strings.Contains(format, s.format)
}

// wildcard matches a text with * for anything and ? for one character.
func wildcard(pattern, text string) bool {
	// star and mark are where to go back to when the rest does not match.
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// query writes the conditions for the option dyndbg of a module.
func (s selection) query(flags string) string {
	var words []string
	add := func(keyword, value string) {
		if value != "" {
			words = append(words, keyword, value)
		}
	}
	add("file", s.file)
	add("func", s.function)
	if s.to != 0 {
		add("line", lineRange(s.from, s.to))
	}
	if s.format != "" {
		add("format", "'"+s.format+"'") // the schema lets no quote into it
	}
	return strings.Join(append(words, "="+flags), " ")
}
