package bootconf

import (
	"path"
	"sort"
	"strings"
)

// Sysctls is the outcome of all sysctl.d files of a host together: what
// systemd-sysctl writes at boot, in that order. The zero value sets nothing.
type Sysctls struct {
	parsed   []parsedFile
	writes   []Assignment
	explicit map[string]bool // paths that globs leave alone
}

type parsedFile struct {
	path        string
	assignments []Assignment
}

// NewSysctls combines files, which are in reading order (see Search).
func NewSysctls(files []File) *Sysctls {
	parsed := make([]parsedFile, 0, len(files))
	for _, f := range files {
		assignments, _ := ParseSysctl(f.Path, f.Data)
		parsed = append(parsed, parsedFile{f.Path, assignments})
	}
	return combine(parsed)
}

// combine keeps one assignment per path. A later one with another value
// takes the place of the earlier and moves to the end; one with the same
// value changes nothing, not even the order. Globs come into play when the
// result is applied. Source: systemd, src/sysctl/sysctl.c (parse_file).
func combine(parsed []parsedFile) *Sysctls {
	s := &Sysctls{parsed: parsed, explicit: map[string]bool{}}
	last := map[string]int{} // path → index in all
	var all []Assignment
	for _, f := range parsed {
		for _, a := range f.assignments {
			if i, ok := last[a.Path]; ok {
				if all[i].Value == a.Value && all[i].Exclude == a.Exclude {
					continue
				}
				all[i].Path = ""
			}
			last[a.Path] = len(all)
			all = append(all, a)
		}
	}
	for _, a := range all {
		if a.Path == "" {
			continue
		}
		s.explicit[a.Path] = true
		if !a.Exclude {
			s.writes = append(s.writes, a)
		}
	}
	return s
}

// Lookup returns the assignment that decides a parameter's value at boot:
// the last one written to any of its names. An explicit line, even one that
// only excludes, keeps globs away from that name, wherever they stand.
func (s *Sysctls) Lookup(p string) (Assignment, bool) {
	names := Names(p)
	for i := len(s.writes) - 1; i >= 0; i-- {
		a := s.writes[i]
		for _, name := range names {
			if a.Path == name || a.IsGlob() && !s.explicit[name] && globMatch(a.Path, name) {
				return a, true
			}
		}
	}
	return Assignment{}, false
}

// With returns the outcome as it were if the file at this path held data; nil
// stands for no file. The file hides others of its name.
func (s *Sysctls) With(file string, data []byte) *Sysctls {
	base := path.Base(file)
	parsed := make([]parsedFile, 0, len(s.parsed)+1)
	for _, f := range s.parsed {
		if path.Base(f.path) != base {
			parsed = append(parsed, f)
		}
	}
	if data != nil {
		assignments, _ := ParseSysctl(file, data)
		at := sort.Search(len(parsed), func(i int) bool { return path.Base(parsed[i].path) > base })
		parsed = append(parsed, parsedFile{})
		copy(parsed[at+1:], parsed[at:])
		parsed[at] = parsedFile{file, assignments}
	}
	return combine(parsed)
}

// globMatch matches like glob(7): a wildcard never matches a slash, and a
// pattern that is malformed matches nothing but itself.
func globMatch(pattern, name string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), name)
	if err != nil {
		return pattern == name
	}
	return ok
}
