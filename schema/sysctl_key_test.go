package schema

import (
	"errors"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestSysctlKeySpellings(t *testing.T) {
	for text, want := range map[string][2]string{ // name, path
		"net.ipv4.ip_forward":               {"net.ipv4.ip_forward", "net/ipv4/ip_forward"},
		"net/ipv4/ip_forward":               {"net.ipv4.ip_forward", "net/ipv4/ip_forward"},
		"net.ipv4.conf.eth0.rp_filter":      {"net.ipv4.conf.eth0.rp_filter", "net/ipv4/conf/eth0/rp_filter"},
		"net.ipv4.conf.eth0/100.rp_filter":  {"net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter"},
		"net/ipv4/conf/eth0.100/rp_filter":  {"net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter"},
		"net.ipv4.conf.eth0.100.rp_filter":  {"net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter"},
		"net.ipv6.neigh.a.b.c.gc_stale":     {"net.ipv6.neigh.a/b/c.gc_stale", "net/ipv6/neigh/a.b.c/gc_stale"},
		"kernel.core_pattern":               {"kernel.core_pattern", "kernel/core_pattern"},
		"net.ipv4.neigh.br-lan.base_reach":  {"net.ipv4.neigh.br-lan.base_reach", "net/ipv4/neigh/br-lan/base_reach"},
		"fs.binfmt_misc.python3/10":         {"fs.binfmt_misc.python3/10", "fs/binfmt_misc/python3.10"},
		"net.netfilter.nf_log.2":            {"net.netfilter.nf_log.2", "net/netfilter/nf_log/2"},
		"kernel/sched_domain/cpu0/domain.0": {"kernel.sched_domain.cpu0.domain/0", "kernel/sched_domain/cpu0/domain.0"},
	} {
		k, err := ParseSysctlKey(text)
		if err != nil || k.String() != want[0] || k.Path() != want[1] {
			t.Errorf("%q: got %s, %s, %v, want %v", text, k, k.Path(), err, want)
		}
	}
}

func TestSysctlKeyRefusals(t *testing.T) {
	for text, why := range map[string]string{
		"":                                "it is empty",
		"ip_forward":                      "has no dot",
		"/proc/sys/net/ipv4/forward":      "leave out /proc/sys/",
		"net..ipv4":                       "empty",
		".net.ipv4":                       "empty",
		"net.ipv4.":                       "empty",
		"/etc/passwd":                     "empty",
		"net/../../etc/passwd":            "names a directory",
		"net/./ipv4":                      "names a directory",
		"net.//.//.etc":                   "names a directory",
		"net.ipv4.conf.*.rp_filter":       `it holds "*"`,
		"net.ipv4.ip forward":             `it holds " "`,
		"net.ipv4.x=1\nkernel.sysrq":      `it holds "="`,
		"net.ipv4.x\nkernel.sysrq":        `it holds "\n"`,
		"net.ipv4.\x1b[2Jx":               `it holds "\x1b"`,
		"net.ipv4.ïp":                     `it holds "ï"`,
		"-net.ipv4.ip_forward":            "ignore errors",
		"net/ipv4/conf/a/b/c":             "nothing below",
		"net.ipv4.#x":                     `it holds "#"`,
		"net." + strings.Repeat("x", 600): "too long",
	} {
		_, err := ParseSysctlKey(text)
		var invalid *Invalid
		if !errors.As(err, &invalid) || !strings.Contains(invalid.Detail, why) {
			t.Errorf("%q: got %v, want it to say %q", text, err, why)
		}
	}
}

func TestSysctlValuesBecomeOneLine(t *testing.T) {
	for _, c := range []struct {
		given cty.Value
		want  string
	}{
		{cty.StringVal("cubic"), "cubic"},
		{cty.StringVal(" 4096\t131072  6291456 "), "4096 131072 6291456"},
		{cty.StringVal(""), ""},
		{cty.NumberIntVal(16384), "16384"},
		{cty.NumberIntVal(-1), "-1"},
		{cty.MustParseNumberVal("18446744073709551615"), "18446744073709551615"},
		{cty.True, "1"},
		{cty.False, "0"},
	} {
		got, err := convertSysctlValue(c.given)
		if err != nil || got.AsString() != c.want {
			t.Errorf("%#v: got %#v, %v", c.given, got, err)
		}
	}
	for _, bad := range []cty.Value{
		cty.StringVal("1\nkernel.sysrq = 1"), cty.StringVal("a\x00b"), cty.StringVal("\u0085"),
		cty.StringVal(strings.Repeat("x", 4096)), cty.NumberFloatVal(0.5), cty.EmptyTupleVal, cty.EmptyObjectVal,
	} {
		if got, err := convertSysctlValue(bad); err == nil {
			t.Errorf("%#v was accepted as %#v", bad, got)
		}
	}
}

func FuzzParseSysctlKey(f *testing.F) {
	for _, s := range []string{
		"net.ipv4.ip_forward", "net/ipv4/conf/eth0.100/rp_filter", "net.ipv4.conf.eth0.100.rp_filter",
		"net.ipv4.conf.eth0/100.rp_filter", "net/../x", "net.//.x", "", "-a.b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseSysctlKey(text)
		if err != nil {
			return
		}
		for _, form := range []string{k.String(), k.Path()} {
			again, err := ParseSysctlKey(form)
			if err != nil || again.Path() != k.Path() || again.String() != k.String() {
				t.Errorf("%q is %q, whose form %q is %q, %v", text, k.Path(), form, again.Path(), err)
			}
		}
		for _, e := range strings.Split(k.Path(), "/") {
			if e == "" || e == "." || e == ".." || strings.ContainsAny(e, " \t\n\r\x00*?[]=#;") {
				t.Errorf("%q leads to %q", text, k.Path())
			}
		}
	})
}
