package syslog

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSlugsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, address := range []string{
		`log_route.a`, `log_route.a_b`, `log_route.a-b`, `log_route.a["b"]`, `log_route.a["b/../c"]`, `log_route.a["b\n"]`,
		`module.web.log_route.a`, `log_route.a-00c0ffee`, "log_route." + strings.Repeat("x", 200), "log_route." + strings.Repeat("x", 201),
	} {
		s := slug(address)
		if other, taken := seen[s]; taken {
			t.Errorf("%s and %s are both %s", address, other, s)
		}
		seen[s] = address
		if s != path.Base(s) || strings.ContainsAny(s, ". \n") || len(s) > 100 {
			t.Errorf("%s becomes %q", address, s)
		}
	}
}

func TestRotatedFilesOfAConfiguration(t *testing.T) {
	const data = `# /var/log/comment { }
weekly
include /etc/logrotate.d
/var/log/a.log "/var/log/b c.log" {
	daily
	postrotate
		/usr/bin/true /var/log/script
	endscript
}
/var/log/d/*.log{
}
`
	want := []string{"/etc/logrotate.d", "/var/log/a.log", "/var/log/b", "/var/log/d/*.log"}
	if diff := cmp.Diff(want, rotated(data)); diff != "" {
		t.Error(diff)
	}
}

// What is escaped for a regular expression matches itself and nothing else.
func FuzzEscapeRegexp(f *testing.F) {
	for _, p := range prefixes {
		f.Add(p, p+"x")
	}
	f.Fuzz(func(t *testing.T, prefix, line string) {
		if strings.ContainsRune(line, '\n') {
			return // Go's ^ matches after every newline, and a log line has none
		}
		re, err := regexp.CompilePOSIX("^" + escapeRegexp(prefix))
		if err != nil {
			return // not UTF-8, which Go refuses
		}
		if re.MatchString(line) != strings.HasPrefix(line, prefix) {
			t.Errorf("%q matches %q: %v", re, line, re.MatchString(line))
		}
	})
}

// A literal never ends before its end, whatever is in it.
func FuzzLiteral(f *testing.F) {
	for _, p := range prefixes {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := literal(s)
		inner := text[1 : len(text)-1]
		if strings.ContainsAny(inner, "\"\n$") || strings.HasSuffix(strings.ReplaceAll(inner, `\\`, ""), `\`) {
			t.Errorf("%q becomes %s", s, text)
		}
	})
}

func FuzzRotated(f *testing.F) {
	f.Add("/a {\n}\n}\n{{/b")
	f.Fuzz(func(t *testing.T, data string) {
		for _, name := range rotated(data) {
			if !strings.HasPrefix(name, "/") {
				t.Errorf("%q", name)
			}
		}
	})
}
