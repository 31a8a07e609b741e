package trace

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const controlText = `# filename:lineno [module]function flags format
init/main.c:1180 [main]initcall_blacklist =p "blacklisting initcall %s\012"
net/netfilter/nf_conntrack_proto_tcp.c:1104 [nf_conntrack]nf_conntrack_tcp_packet =_ "syn=%i ack=%i fin=%i rst=%i old=%i new=%i\012"
net/netfilter/nf_conntrack_proto_tcp.c:1005 [nf_conntrack]nf_conntrack_tcp_packet =_ "nf_ct_tcp: Invalid dir=%i index=%u ostate=%u\n"
net/netfilter/nf_conntrack_proto_tcp.c:1102 [nf_conntrack]nf_conntrack_tcp_packet =pmf "tcp_conntracks: "
net/netfilter/nf_conntrack_proto_tcp.c:889 [nf_conntrack]tcp_new =_ "nf_ct_tcp: invalid new deleting.\n"
net/netfilter/nf_conntrack_core.c:700 [nf_conntrack]nf_ct_get =_ "inline \"quoted\" \\ =p\n"
net/netfilter/nf_conntrack_core.c:700 [nf_conntrack]nf_ct_get =_ "inline \"quoted\" \\ =p\n"
drivers/gpu/drm/x.c:12 [drm]drm_y =_ "classy\n" class:DRM_UT_CORE
`

func TestParseControl(t *testing.T) {
	got, err := ParseControl(controlText)
	if err != nil {
		t.Fatal(err)
	}
	const tcp, core = "net/netfilter/nf_conntrack_proto_tcp.c", "net/netfilter/nf_conntrack_core.c"
	inline := Site{"nf_conntrack", core, 700, "nf_ct_get", "_", "inline \"quoted\" \\ =p\n"}
	want := []Site{
		{"main", "init/main.c", 1180, "initcall_blacklist", "p", "blacklisting initcall %s\n"},
		{"nf_conntrack", tcp, 1104, "nf_conntrack_tcp_packet", "_", "syn=%i ack=%i fin=%i rst=%i old=%i new=%i\n"},
		{"nf_conntrack", tcp, 1005, "nf_conntrack_tcp_packet", "_", "nf_ct_tcp: Invalid dir=%i index=%u ostate=%u\n"},
		{"nf_conntrack", tcp, 1102, "nf_conntrack_tcp_packet", "fmp", "tcp_conntracks: "},
		{"nf_conntrack", tcp, 889, "tcp_new", "_", "nf_ct_tcp: invalid new deleting.\n"},
		inline, inline,
		{"drm", "drivers/gpu/drm/x.c", 12, "drm_y", "_", "classy\n"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"x\n", "a.c [m]f =_ \"x\"\n", "a.c:0 [m]f =_ \"x\"\n", "a.c:1 [m]f _ \"x\"\n", "a.c:1 [m]f =P \"x\"\n", "a.c:1 [m]f =_ x\n", "a.c:1 [m] =_ \"x\"\n"} {
		if got, err := ParseControl(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, got)
		}
	}
}

func TestSelection(t *testing.T) {
	sites, err := ParseControl(controlText)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		selection selection
		want      int
	}{
		"a module":                  {selection{module: "nf_conntrack"}, 6},
		"a module's pattern":        {selection{module: "nf_*"}, 6},
		"a file by its name":        {selection{file: "nf_conntrack_proto_tcp.c"}, 4},
		"a file by its path":        {selection{file: "net/netfilter/nf_conntrack_proto_tcp.c"}, 4},
		"a file by its path's end":  {selection{file: "netfilter/nf_conntrack_proto_tcp.c"}, 4},
		"a file by half a name":     {selection{file: "tcp.c"}, 0},
		"files by a pattern":        {selection{file: "nf_conntrack_?ore.c"}, 2},
		"a function":                {selection{function: "tcp_new"}, 1},
		"functions by a pattern":    {selection{function: "*tcp*"}, 4},
		"one line":                  {selection{file: "nf_conntrack_proto_tcp.c", from: 1005, to: 1005}, 1},
		"lines":                     {selection{file: "nf_conntrack_proto_tcp.c", from: 1000, to: 1103}, 2},
		"a part of the format":      {selection{format: "nvalid"}, 2},
		"the format's beginning":    {selection{format: "^nf_ct_tcp: I"}, 1},
		"not the format's middle":   {selection{format: "^Invalid"}, 0},
		"all conditions together":   {selection{module: "nf_conntrack", function: "tcp_new", format: "deleting"}, 1},
		"conditions that disagree":  {selection{module: "main", function: "tcp_new"}, 0},
		"nothing at all is no less": {selection{}, len(sites)},
	}
	for name, test := range tests {
		got := 0
		for _, s := range sites {
			if test.selection.matches(s) {
				got++
			}
		}
		if got != test.want {
			t.Errorf("%s: %d messages, want %d", name, got, test.want)
		}
	}
}

func FuzzParseControl(f *testing.F) {
	for line := range strings.Lines(controlText) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, data string) {
		sites, err := ParseControl(data)
		if err != nil {
			return
		}
		for _, s := range sites {
			if s.Line < 1 || s.Module == "" || s.File == "" || s.Function == "" || s.Flags == "" {
				t.Errorf("message %+v", s)
			}
			if strings.ContainsAny(s.Module+s.Function+s.File, " \n") {
				t.Errorf("a query for %+v would say something else", s)
			}
		}
	})
}

func FuzzWildcard(f *testing.F) {
	f.Add("nf_*", "nf_conntrack")
	f.Add("*a?b*", "xxaybzz")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		got := wildcard(pattern, text)
		if !strings.ContainsAny(pattern, "*?") && got != (pattern == text) {
			t.Errorf("%q matches %q: %v", pattern, text, got)
		}
		if !wildcard("*"+text+"*", text) && !strings.ContainsAny(text, "*?") {
			t.Errorf("*%q* does not match it", text)
		}
	})
}
