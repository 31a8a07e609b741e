package bootconf_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ctplan/ctplan/providers/bootconf"
)

func FuzzParseSysctl(f *testing.F) {
	for _, seed := range []string{"", "a.b=1\n", "-a/b = 1\r\n# c\n;d\n-x.*\n", "=\n-\n-=\n.=1", "net.ipv4.conf.[a-=2\n", "a.b=1\x00\na.b", "\xff.\xfe = \xfd"} {
		f.Add([]byte(seed), "a/b")
	}
	f.Fuzz(func(t *testing.T, data []byte, key string) {
		assignments, bad := bootconf.ParseSysctl("/f", data)
		count := bytes.Count(data, []byte("\n")) + 1
		last := 0
		for _, a := range assignments {
			if a.Path == "" || strings.Contains(a.Path, "\n") || strings.TrimSpace(a.Value) != a.Value {
				t.Errorf("assignment %+v", a)
			}
			if a.Origin.Line <= last || a.Origin.Line > count {
				t.Errorf("line %d after %d of %d", a.Origin.Line, last, count)
			}
			last = a.Origin.Line
		}
		for _, o := range bad {
			if o.Line < 1 || o.Line > count {
				t.Errorf("bad line %d of %d", o.Line, count)
			}
		}
		s := bootconf.NewSysctls([]bootconf.File{{Path: "/f", Data: data}})
		if a, ok := s.Lookup(key); ok && a.Exclude {
			t.Errorf("Lookup(%q) = an exclusion: %+v", key, a)
		}
		// Our own line, in the last file, decides unless it only repeats.
		own := s.With("/zzz", []byte("a.b = decisive\n"))
		if a, ok := own.Lookup("a/b"); !ok || a.Value != "decisive" {
			t.Errorf("the last file does not decide: %+v", a)
		}
	})
}

func FuzzParseModprobe(f *testing.F) {
	for _, seed := range []string{"", "blacklist a\n", "install a-b /bin/false\\\n x\n", "options a b=1 c=\"d e\"\n", "\\\n\\\n", "#\\\nblacklist a", "options\t\ta\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		count := bytes.Count(data, []byte("\n")) + 1
		last := 0
		for _, d := range bootconf.ParseModprobe("/f", data) {
			if d.Command == "" || d.Module == "" || strings.ContainsAny(d.Module, "- \t") {
				t.Errorf("directive %+v", d)
			}
			if d.Origin.Line <= last || d.Origin.Line > count {
				t.Errorf("line %d after %d of %d", d.Origin.Line, last, count)
			}
			last = d.Origin.Line
			d.Denies()
			d.Parameters()
		}
	})
}

func FuzzParseCommandLine(f *testing.F) {
	f.Add(`root=/dev/sda1 quiet module_blacklist=a,b "dyndbg=file x +p" -- init`)
	f.Fuzz(func(t *testing.T, line string) {
		for _, o := range bootconf.ParseCommandLine(line) {
			if strings.Contains(o.Name, "-") {
				t.Errorf("option %+v", o)
			}
		}
	})
}
