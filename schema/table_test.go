package schema

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// eachAttribute visits the attributes of all tables, those of nested blocks included.
func eachAttribute(visit func(where string, a *Attribute)) {
	for _, bt := range tables {
		for i := range bt.Attributes {
			visit(bt.Name, &bt.Attributes[i])
		}
		for _, b := range bt.Blocks {
			for i := range b.Attributes {
				visit(bt.Name+"."+b.Name, &b.Attributes[i])
			}
		}
	}
}

func TestTablesAreComplete(t *testing.T) {
	seen := make(map[string]bool)
	keys := make(map[string]string)
	eachAttribute(func(where string, a *Attribute) {
		at := where + "." + a.Name
		if seen[at] || !hclsyntax.ValidIdentifier(a.Name) {
			t.Errorf("%s: duplicate or invalid name", at)
		}
		seen[at] = true
		if len(a.Description) < 10 || !strings.HasSuffix(a.Description, ".") {
			t.Errorf("%s: description %q", at, a.Description)
		}
		if a.Key != "" {
			if other, taken := keys[a.Key]; taken {
				t.Errorf("%s and %s have the key %s", at, other, a.Key)
			}
			keys[a.Key] = at
		}
		if (a.Type == TypeEnum) != (len(a.Enum) > 0) {
			t.Errorf("%s: type %s with %d words", at, a.Type, len(a.Enum))
		}
		if a.Numeric && (a.Type != TypeEnum || a.Min == nil || a.Max == nil) {
			t.Errorf("%s: Numeric without bounds", at)
		}
		if a.Type == TypeAny && a.Convert == nil {
			t.Errorf("%s: nothing decides what it takes", at)
		}
		for _, meta := range metaArgumentNames() {
			if a.Name == meta {
				t.Errorf("%s hides the meta-argument", at)
			}
		}
	})
	for _, bt := range tables {
		if bt.Summary == "" || bt.Description == "" || bt.Example == "" {
			t.Errorf("%s: no summary, description or example", bt.Name)
		}
	}
}

func TestExamplesLoadAndAreFormatted(t *testing.T) {
	for _, bt := range tables {
		_, _, diags := evaluateFS(files("a.ctplan.hcl", bt.Example))
		if len(diags) > 0 {
			t.Errorf("%s: %v", bt.Name, diags)
		}
		if got, _ := Format("a.ctplan.hcl", []byte(bt.Example)); string(got) != bt.Example {
			t.Errorf("%s: formatted, the example is\n%s", bt.Name, got)
		}
	}
}

// A kernel value and the attribute's own are two forms of the same.
func TestKernelValues(t *testing.T) {
	for _, c := range []struct {
		attribute string
		value     cty.Value
		kernel    string
		plain     any
	}{
		{"max", cty.NumberIntVal(1048576), "1048576", int64(1048576)},
		{"tcp_timeout_established", cty.NumberIntVal(432000), "432000", int64(432000)},
		{"frag6_high_thresh", cty.NumberIntVal(4194304), "4194304", int64(4194304)},
		{"acct", cty.True, "1", true},
		{"acct", cty.False, "0", false},
		{"events", cty.StringVal("auto"), "2", "auto"},
		{"events", cty.StringVal("on"), "1", "on"},
		{"log_invalid", cty.StringVal("icmpv6"), "58", "icmpv6"},
		{"log_invalid", cty.StringVal("47"), "47", "47"},
	} {
		a := conntrackTable.Attribute(c.attribute)
		if got := a.KernelValue(c.value); got != c.kernel {
			t.Errorf("%s = %#v: the kernel gets %q, want %q", c.attribute, c.value, got, c.kernel)
		}
		if got := a.FromKernel(c.kernel + "\n"); got != c.plain {
			t.Errorf("%s: %q means %#v, want %#v", c.attribute, c.kernel, got, c.plain)
		}
	}
}

// What a type cannot hold is shown as it is.
func TestForeignKernelValuesStayVisible(t *testing.T) {
	for _, c := range []struct {
		attribute, kernel string
		plain             any
	}{
		{"acct", "2", int64(2)},
		{"max", "", ""},
		{"events", "7", "7"},
		{"tcp_max_retrans", "-1", int64(-1)},
	} {
		if got := conntrackTable.Attribute(c.attribute).FromKernel(c.kernel); got != c.plain {
			t.Errorf("%s: %q means %#v, want %#v", c.attribute, c.kernel, got, c.plain)
		}
	}
	value := sysctlTable.Attribute("value")
	for kernel, want := range map[string]any{"1": int64(1), "cubic": "cubic", "4096\t1\t2": "4096\t1\t2", "0100": "0100", "0xff": "0xff"} {
		if got := value.FromKernel(kernel); got != want {
			t.Errorf("value: %q means %#v, want %#v", kernel, got, want)
		}
	}
}

func TestSuggestions(t *testing.T) {
	names := []string{"max", "buckets", "tcp", "udp", "acct", "depends_on"}
	for given, want := range map[string]string{
		"maxx": "max", "bucket": "buckets", "tpc": "tcp", "depend_on": "depends_on", "acc": "acct",
		"": "", "x": "", "warp_speed": "", "mx": "max", "buckte": "buckets",
	} {
		if got := suggest(given, names); got != want {
			t.Errorf("%q suggests %q, want %q", given, got, want)
		}
	}
	if got := suggest("ab", []string{"abd", "abc"}); got != "abc" {
		t.Errorf("of two equally near names, %q", got)
	}
}
