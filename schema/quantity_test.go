package schema

import (
	"errors"
	"strings"
	"testing"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]int64{
		"90s": 90, "15m": 900, "1h": 3600, "5d": 432000, "2w": 1209600,
		"90": 90, "0": 0, "0s": 0, "1.5h": 5400, "0.5m": 30, "1h30m": 5400, "1w2d3h4m5s": 788645, "01h": 3600,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestParseDurationRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"":                        "it is empty",
		"-5s":                     "it is negative",
		"5 d":                     "it holds a blank",
		"s":                       "not a number with a unit",
		".5h":                     "not a number with a unit",
		"1.h":                     "not a number with a unit",
		"1.2.3h":                  "not a number with a unit",
		"5MB":                     "unit of sizes",
		"500ms":                   "whole seconds",
		"0.001h":                  "not a whole number of seconds",
		"3mon":                    `no unit "mon"`,
		"2months":                 "months differ in length",
		"2min":                    `minutes are "m"`,
		"1y":                      "years differ in length",
		"1h30":                    "30 has no unit",
		"1m1m":                    "each once",
		"1m1h":                    "from large to small",
		"1e3s":                    `no unit "e"`,
		"0x10s":                   `no unit "x"`,
		"99999999999999999999w":   "longer than any timeout",
		strings.Repeat("9", 1000): "too long",
		"5\u00a0d":                "no unit",
	} {
		checkInvalid(t, ParseDuration, text, "Invalid duration", why)
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "67108864": 67108864, "64MiB": 64 << 20, "1GiB": 1 << 30, "1.5GiB": 3 << 29, "2TiB": 2 << 40,
		"512KiB": 512 << 10, "64MB": 64e6, "1GB": 1e9, "1kB": 1000, "1KB": 1000, "1TB": 1e12, "7B": 7,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestParseSizeRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"":                     "it is empty",
		"-1MiB":                "it is negative",
		"64 MiB":               "it holds a blank",
		"64M":                  "64MiB counts in steps of 1024, 64MB in steps of 1000",
		"64k":                  "64KiB counts in steps of 1024, 64kB in steps of 1000",
		"1h":                   "unit of durations",
		"64mib":                `no unit "mib"`,
		"1GiB512MiB":           "more than one number",
		"0.3KiB":               "not a whole number of bytes",
		"99999999999999999TiB": "more than any machine has",
	} {
		checkInvalid(t, ParseSize, text, "Invalid size", why)
	}
}

func checkInvalid(t *testing.T, parse func(string) (int64, error), text, summary, why string) {
	t.Helper()
	got, err := parse(text)
	var invalid *Invalid
	if !errors.As(err, &invalid) {
		t.Errorf("%q: got %d, %v", text, got, err)
		return
	}
	if invalid.Summary != summary || !strings.Contains(invalid.Detail, why) {
		t.Errorf("%q: %s: %s\nwant it to say %q", text, invalid.Summary, invalid.Detail, why)
	}
}

func TestDurationsAndSizesAreWrittenAsTheyAreRead(t *testing.T) {
	for n, want := range map[int64]string{0: "0s", 1: "1s", 90: "90s", 60: "1m", 5400: "90m", 3600: "1h", 86400: "1d", 432000: "5d", 604800: "7d"} {
		got := FormatDuration(n)
		if got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
		if back, err := ParseDuration(got); err != nil || back != n {
			t.Errorf("%q is read as %d, %v, want %d", got, back, err, n)
		}
	}
	for n, want := range map[int64]string{0: "0", 1000: "1000", 1024: "1KiB", 64 << 20: "64MiB", 3 << 29: "1536MiB", 1 << 30: "1GiB", 5 << 40: "5TiB"} {
		got := FormatSize(n)
		if got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
		if back, err := ParseSize(got); err != nil || back != n {
			t.Errorf("%q is read as %d, %v, want %d", got, back, err, n)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"90s", "1.5h", "1w2d3h4m5s", "", "-1", "1e9", "9999999999999999w"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { fuzzQuantity(t, text, ParseDuration, FormatDuration) })
}

func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"64MiB", "1.5GiB", "1kB", "64M", "", "-1", "9999999999999999TiB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { fuzzQuantity(t, text, ParseSize, FormatSize) })
}

// fuzzQuantity holds a parser to this: what it accepts is not negative and
// survives being written and read again; what it refuses it explains.
func fuzzQuantity(t *testing.T, text string, parse func(string) (int64, error), format func(int64) string) {
	n, err := parse(text)
	if err != nil {
		var invalid *Invalid
		if !errors.As(err, &invalid) || strings.ContainsAny(invalid.Detail, "\n\r\x00\x1b") {
			t.Fatalf("%q: %#v", text, err)
		}
		return
	}
	back, err := parse(format(n))
	if n < 0 || err != nil || back != n {
		t.Fatalf("%q is %d, written %q, read as %d, %v", text, n, format(n), back, err)
	}
}
