package sysctl

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// fields writes a raw value with single blanks: the kernel separates the
// fields of a multi-valued parameter by tabs where people write blanks.
func fields(raw string) string { return strings.Join(strings.Fields(raw), " ") }

// equal reports whether two raw values are the same to the kernel.
func equal(a, b string) bool {
	a, b = fields(a), fields(b)
	if a == b {
		return true
	}
	x, isNumbers := numbers(a)
	y, areNumbers := numbers(b)
	if !isNumbers || !areNumbers || len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return true
}

// numbers reads the fields of a value as the kernel does: 0x1f and 037 are
// numbers too. An empty value has none.
func numbers(raw string) ([]int64, bool) {
	words := strings.Fields(raw)
	out := make([]int64, len(words))
	for i, w := range words {
		if strings.Contains(w, "_") { // Go's own notation, not the kernel's
			return nil, false
		}
		n, err := strconv.ParseInt(w, 0, 64)
		if err != nil {
			return nil, false
		}
		out[i] = n
	}
	return out, len(out) > 0
}

// settle works out what the kernel will show for a value, given what it shows
// now: numbers in decimal, where the parameter holds numbers. It fails where
// the number of fields is wrong: the kernel would take the first ones and say
// nothing.
func settle(wanted, live string) (string, error) {
	have, isNumbers := numbers(live)
	want, areNumbers := numbers(wanted)
	if !isNumbers || !areNumbers {
		return fields(wanted), nil
	}
	if len(have) != len(want) {
		return "", fmt.Errorf("it holds %s (now %s), and %s given", count(len(have), "number"), fields(live), are(len(want)))
	}
	out := make([]string, len(want))
	for i, n := range want {
		out[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(out, " "), nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func are(n int) string {
	if n == 1 {
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

// roundUp rounds a raw value up to a multiple of step, as the kernel does
// with a table that fills whole pages. It leaves alone what is no positive
// number, and everything where step is 0.
func roundUp(raw string, step int64) string {
	n, err := strconv.ParseInt(strings.TrimSpace(raw), 0, 64)
	if err != nil || step <= 0 || n <= 0 || n > math.MaxInt64-step {
		return raw
	}
	return strconv.FormatInt((n+step-1)/step*step, 10)
}

// bucketStep is what the kernel rounds a number of hash buckets up to a
// multiple of: a bucket is one pointer, and the table fills whole pages.
// Source: kernel, nf_ct_alloc_hashtable in net/netfilter/nf_conntrack_core.c.
func bucketStep(f planner.Facts) int64 { return f.PageSize / pointerSize(f.Arch) }

// pointerSize is the size of a kernel pointer in bytes, by GOARCH name.
func pointerSize(arch string) int64 {
	switch arch {
	case "386", "arm", "mips", "mipsle", "ppc":
		return 4
	}
	return 8
}
