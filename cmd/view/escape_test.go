package view

import (
	"testing"
)

func TestCleanShowsWhatATerminalWouldActOn(t *testing.T) {
	for in, want := range map[string]string{
		"plain":           "plain",
		"ä 漢 ✓":           "ä 漢 ✓",
		"\x1b[31mred\x00": "␛[31mred␀",
		"a\tb\r\n":        "a␉b␍␊",
		"\x7f":            "␡",
		"\u009b31m":       `\u009b31m`,
		"\u202eevil":      `\u202eevil`,
		"\u2028":          `\u2028`,
		"bad\xff":         `bad\xff`,
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLiteral(t *testing.T) {
	for want, v := range map[string]any{
		`null`: nil, `"a\"${"`: `a"$`, `12`: int64(12), `0.5`: 0.5, `1000000`: 1e6, `true`: true,
		`["a", 1]`: []any{"a", int64(1)}, `{ "a b" = {}, c = [] }`: map[string]any{"c": []any{}, "a b": map[string]any{}},
		`"\n$${x}%%{y}\\"`: "\n${x}%{y}\\",
	} {
		if want == `"a\"${"` {
			want = `"a\"$"`
		}
		if got := literal(v); got != want {
			t.Errorf("literal(%#v) = %s, want %s", v, got, want)
		}
	}
}

func TestUnitsAreExactOrLeftOut(t *testing.T) {
	for _, c := range []struct {
		v    any
		unit string
		want string
	}{
		{int64(30), "seconds", ""}, {int64(60), "seconds", "1m"}, {int64(432000), "seconds", "5d"}, {int64(5400), "seconds", "1h30m"},
		{int64(90061), "seconds", ""}, {3600.0, "seconds", "1h"}, {"x", "seconds", ""}, {nil, "seconds", ""},
		{int64(67108864), "bytes", "64MiB"}, {int64(1000), "bytes", ""}, {int64(0), "bytes", ""}, {int64(1536), "bytes", ""},
		{int64(1024), "entries", ""},
	} {
		if got := inUnit(c.v, c.unit); got != c.want {
			t.Errorf("%v %s is %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]address{
		"conntrack.main":                {typ: "conntrack", name: "main", config: "conntrack.main"},
		`sysctl.a["x[0].y"]`:            {typ: "sysctl", name: "a", key: "x[0].y", hasKey: true, config: "sysctl.a"},
		`module.a.module.b["k"].t.n`:    {module: `module.a.module.b["k"]`, typ: "t", name: "n", config: `module.a.module.b["k"].t.n`},
		`module.a.t.n["k"]`:             {module: "module.a", typ: "t", name: "n", key: "k", hasKey: true, config: "module.a.t.n"},
		"not an address":                {typ: "not an address", config: "not an address"},
		"net.netfilter.nf_conntrack_ma": {typ: "net", name: "netfilter", config: "net.netfilter.nf_conntrack_ma"},
	} {
		want.full = in
		if got := parseAddress(in); got != want {
			t.Errorf("%s: %+v, want %+v", in, got, want)
		}
	}
}
