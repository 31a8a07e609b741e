package sysctl

import "testing"

func TestEqual(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"1", "1", true},
		{"1", "01", true},
		{"16", "0x10", true},
		{"010", "8", true},
		{"4096\t131072\t6291456", "4096 131072 6291456", true},
		{"1 2", "1", false},
		{"1", "2", false},
		{"-1", "4294967295", false},
		{"cubic", "cubic ", true},
		{"cubic", "reno", false},
		{"", "", true},
		{"", "0", false},
		{"1_000", "1000", false},
	}
	for _, test := range tests {
		if got := equal(test.a, test.b); got != test.want {
			t.Errorf("equal(%q, %q) = %t", test.a, test.b, got)
		}
		if got := equal(test.b, test.a); got != test.want {
			t.Errorf("equal(%q, %q) = %t", test.b, test.a, got)
		}
	}
}

func TestSettle(t *testing.T) {
	tests := map[string]struct {
		wanted, live, want string
		fails              bool
	}{
		"a number in decimal":          {"0x10", "5", "16", false},
		"single blanks":                {"4096  131072\t6291456", "1\t2\t3", "4096 131072 6291456", false},
		"text":                         {"reno", "cubic", "reno", false},
		"text for a number":            {"web1", "42", "web1", false},
		"a number for text":            {"0x10", "web1", "0x10", false},
		"fewer numbers than there are": {"4096", "1\t2\t3", "", true},
		"more numbers than there are":  {"1 2", "1", "", true},
		"numbers for what was empty":   {"80 443", "", "80 443", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := settle(test.wanted, test.live)
			if got != test.want || (err != nil) != test.fails {
				t.Errorf("settle(%q, %q) = %q, %v; want %q", test.wanted, test.live, got, err, test.want)
			}
		})
	}
}

func TestRoundUp(t *testing.T) {
	tests := []struct {
		raw  string
		step int64
		want string
	}{
		{"5000", 512, "5120"},
		{"5120", 512, "5120"},
		{"1", 512, "512"},
		{"0x1388", 512, "5120"},
		{"0", 512, "0"},
		{"-1", 512, "-1"},
		{"many", 512, "many"},
		{"5000", 0, "5000"},
		{"9223372036854775807", 512, "9223372036854775807"},
	}
	for _, test := range tests {
		if got := roundUp(test.raw, test.step); got != test.want {
			t.Errorf("roundUp(%q, %d) = %q, want %q", test.raw, test.step, got, test.want)
		}
	}
}

func TestUnits(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1536: "1.5 KiB", 404750336: "386 MiB", 8 << 30: "8.0 GiB"} {
		if got := binary(n); got != want {
			t.Errorf("binary(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1048576: "1,048,576", -12345: "-12,345"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestParseRelease(t *testing.T) {
	tests := []struct {
		older, newer string
	}{
		{"5.19.0", "6.1.0-18-amd64"}, {"4.9", "4.18.0-553.el8_10.x86_64"}, {"3.10.0-1160.el7", "5.4"},
	}
	for _, test := range tests {
		a, ok := parseRelease(test.older)
		b, ok2 := parseRelease(test.newer)
		if !ok || !ok2 || !a.before(b) || b.before(a) {
			t.Errorf("%q (%v) is not before %q (%v)", test.older, a, test.newer, b)
		}
	}
	if r, ok := parseRelease("unknown"); ok {
		t.Errorf("parseRelease(unknown) = %v", r)
	}
}
