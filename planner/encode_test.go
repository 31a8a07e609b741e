package planner

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func somePlan() *Plan {
	live := liveSysctls(maxKey, "65536")
	p := wants("conntrack.a", live, [3]string{"max", maxKey, "262144"})
	p.Attributes[0].Before, p.Attributes[0].After = int64(65536), int64(262144)
	p.Declared = map[string]any{"max": int64(262144), "list": []any{int64(1), "x", 1.5}}
	return Build(input(live, Managed{}, withLine(p, "max", "k", "k = 1\n")))
}

func TestPlanFileRoundTrip(t *testing.T) {
	p := somePlan()
	src, err := Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(src)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, got); diff != "" {
		t.Error(diff)
	}
	if p.ID() != got.ID() {
		t.Error("the id changed on the way")
	}
	again, _ := Encode(somePlan())
	if !bytes.Equal(src, again) {
		t.Error("the same plan gives other bytes")
	}
}

func TestDecodeRefusesWhatIsNotAnIntactPlan(t *testing.T) {
	src, _ := Encode(somePlan())
	for name, bad := range map[string][]byte{
		"empty":         nil,
		"truncated":     src[:len(src)/2],
		"edited":        bytes.Replace(src, []byte("262144"), []byte("262145"), 1),
		"foreign":       []byte(`{"resource_changes":[]}`),
		"major version": bytes.Replace(src, []byte(`"format_version":"1.0","digest"`), []byte(`"format_version":"2.0","digest"`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(bad)
			var fe *FormatError
			if !errors.As(err, &fe) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestStateJSONKeepsEveryByte(t *testing.T) {
	for _, s := range []State{{Data: "x\n"}, {Data: "\xff\x00\xfe", Mode: 0o640, UID: 7, GID: 8}, {}} {
		b := mustJSON(s)
		var got State
		if err := got.UnmarshalJSON(b); err != nil || got != s {
			t.Errorf("%+v became %+v (%v) through %s", s, got, err, b)
		}
	}
}

func FuzzDecode(f *testing.F) {
	src, _ := Encode(somePlan())
	f.Add(src)
	f.Add(src[:len(src)-10])
	f.Add([]byte(`{"format":"ctplan plan","format_version":"1.0","plan":{}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := Decode(src)
		if err != nil {
			return
		}
		if _, err := Encode(p); err != nil {
			t.Fatal(err)
		}
	})
}

func TestShell(t *testing.T) {
	file := Operation{Target: FileTarget("/etc/x y"), After: Content("it's\n")}
	for want, op := range map[string]Operation{
		"sysctl -w net.netfilter.nf_conntrack_max=5":                                           {Target: Sysctl(maxKey), After: Value("5")},
		"sysctl -w net/ipv4/conf/eth0.100/rp_filter=1":                                         {Target: Sysctl("net/ipv4/conf/eth0.100/rp_filter"), After: Value("1")},
		`printf %s 'it'\''s` + "\n" + `' | install -D -m 0644 -o 0 -g 0 /dev/stdin '/etc/x y'`: file,
		"rm -- '/etc/x y'": {Target: FileTarget("/etc/x y")},
	} {
		if got := op.Shell(); len(got) != 1 || got[0] != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string][2]string{
		"conntrack.a":                      {"conntrack.a", ""},
		`notrack.dns["udp"]`:               {"notrack.dns", `["udp"]`},
		`notrack.dns["a\"]b"]`:             {"notrack.dns", `["a\"]b"]`},
		`module.m["x"].notrack.dns["udp"]`: {`module.m["x"].notrack.dns`, `["udp"]`},
		`module.m["x"].notrack.dns`:        {`module.m["x"].notrack.dns`, ""},
	} {
		base, key := splitKey(address)
		if base != want[0] || key != want[1] {
			t.Errorf("%s: %q %q", address, base, key)
		}
	}
	if TypeOf(`module.web.conntrack.a["k"]`) != "conntrack" {
		t.Error("type of an address in a module")
	}
	for _, tc := range []struct {
		address, base string
		want          bool
	}{
		{"conntrack.a", "conntrack.a", true},
		{`conntrack.a["x"]`, "conntrack.a", true},
		{"conntrack.ab", "conntrack.a", false},
		{"module.m.conntrack.a", "module.m", true},
		{"module.m2.conntrack.a", "module.m", false},
	} {
		if within(tc.address, tc.base) != tc.want {
			t.Errorf("within(%s, %s)", tc.address, tc.base)
		}
	}
}
