package kmod

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseModules(t *testing.T) {
	const data = `nf_conntrack_ftp 24576 0 - Live 0xffffffffc0a5e000
nf_conntrack 188416 5 xt_CT,nf_conntrack_ftp,xt_conntrack, Live 0xffffffffc0a2b000
nf_nat 53248 1 iptable_nat, Unloading 0x0000000000000000 (E)
crc32c_intel 24576 2 - Live 0x0
static 4096 1 [permanent], Live 0x0
old 4096 - - Live 0x0
`
	got, err := ParseModules(data)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Entry{
		"nf_conntrack_ftp": {Name: "nf_conntrack_ftp", Live: true},
		"nf_conntrack":     {Name: "nf_conntrack", References: 5, Holders: []string{"nf_conntrack_ftp", "xt_CT", "xt_conntrack"}, Live: true},
		"nf_nat":           {Name: "nf_nat", References: 1, Holders: []string{"iptable_nat"}},
		"crc32c_intel":     {Name: "crc32c_intel", References: 2, Live: true},
		"static":           {Name: "static", References: 1, Permanent: true, Live: true},
		"old":              {Name: "old", References: -1, Live: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := got["nf_conntrack"].Others(); n != 2 {
		t.Errorf("%d references by others", n)
	}
	for _, bad := range []string{"nf_nat\n", "nf_nat 1 x - Live 0\n", "nf_nat 1 -1 - Live 0\n"} {
		if _, err := ParseModules(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzParseModules(f *testing.F) {
	f.Add("nf_nat 53248 1 iptable_nat, Live 0x0 (E)\n")
	f.Add("a 1 - [permanent],b, Loading 0\n\n")
	f.Fuzz(func(t *testing.T, data string) {
		modules, err := ParseModules(data)
		if err != nil {
			return
		}
		inv := &Inventory{Loaded: modules}
		for name, e := range modules {
			if name == "" || strings.ContainsAny(name, " \n") || e.Others() < 0 {
				t.Errorf("entry %+v", e)
			}
			inv.users(name) // ends, whatever the holders are
			inv.InUse(name)
		}
	})
}
