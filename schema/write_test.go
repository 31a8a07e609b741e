package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

func TestWrite(t *testing.T) {
	got, err := Write([]BlockSource{
		{
			Type: "conntrack", Name: "host",
			Values: map[string]cty.Value{
				"tcp_timeout_established": cty.NumberIntVal(432000),
				"udp_timeout":             cty.NumberIntVal(90),
				"max":                     cty.NumberIntVal(1048576),
				"acct":                    cty.True,
				"log_invalid":             cty.StringVal("tcp"),
				"frag6_high_thresh":       cty.NumberIntVal(8 << 20),
				"icmp_timeout":            cty.NullVal(cty.Number),
			},
			Comments: map[string]string{
				"":        "Found on web1,\nkernel 6.1.",
				"max":     "raised from 262144",
				"buckets": "buckets = 262144 is the kernel's default",
			},
		},
		{
			Type: "sysctl", Name: "pattern",
			Values: map[string]cty.Value{"key": cty.StringVal("kernel.core_pattern"), "value": cty.StringVal("core.%e.${x}")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `# Found on web1,
# kernel 6.1.
conntrack "host" {
  # raised from 262144
  max = 1048576
  # buckets = 262144 is the kernel's default
  acct                    = true
  log_invalid             = "tcp"
  tcp_timeout_established = "5d"
  udp_timeout             = 90
  frag6_high_thresh       = "8MiB"
}

sysctl "pattern" {
  key   = "kernel.core_pattern"
  value = "core.%e.$${x}"
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A comment cannot smuggle in configuration.
func TestWrittenCommentsStayComments(t *testing.T) {
	got, err := Write([]BlockSource{{
		Type: "conntrack", Name: "a",
		Comments: map[string]string{"max": "one\nmax = 1\r\nmax = 2\rmax = 3\x1b[2J\u0085max = 4"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	cfg, _, diags := evaluateFS(files("a.ctplan.hcl", string(got)))
	if len(diags) > 0 || len(cfg.Resources[0].Attrs) != 0 || strings.ContainsAny(string(got), "\x1b\r") {
		t.Errorf("%q: %v, %v", got, cfg.Resources[0].Attrs, diags)
	}
}

func TestWriteRefuses(t *testing.T) {
	one := map[string]cty.Value{"max": cty.NumberIntVal(1)}
	for why, b := range map[string]BlockSource{
		"no block type":          {Type: "contrack", Name: "a", Values: one},
		"cannot be a name":       {Type: "conntrack", Name: "a b", Values: one},
		"belong to no attribute": {Type: "conntrack", Name: "a", Values: map[string]cty.Value{"maxx": cty.NumberIntVal(1)}},
		"must be between":        {Type: "conntrack", Name: "a", Values: map[string]cty.Value{"max": cty.NumberIntVal(0)}},
		"not known":              {Type: "conntrack", Name: "a", Values: map[string]cty.Value{"max": cty.UnknownVal(cty.Number)}},
		"conntrack block":        {Type: "sysctl", Name: "a", Values: map[string]cty.Value{"key": cty.StringVal("net.netfilter.nf_conntrack_max")}},
		"line break":             {Type: "sysctl", Name: "a", Values: map[string]cty.Value{"key": cty.StringVal("a.b"), "value": cty.StringVal("1\n2")}},
	} {
		if got, err := Write([]BlockSource{b}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: got %q, %v", why, got, err)
		}
	}
}

// Every attribute can be written and means the same when it is read.
func TestWrittenAttributesAreReadBack(t *testing.T) {
	block := BlockSource{Type: "conntrack", Name: "all", Values: map[string]cty.Value{}}
	for _, a := range conntrackTable.Attributes {
		switch a.Type {
		case TypeBool:
			block.Values[a.Name] = cty.True
		case TypeEnum:
			block.Values[a.Name] = cty.StringVal(a.Enum[len(a.Enum)-1].Word)
		default:
			block.Values[a.Name] = cty.NumberIntVal(*a.Max)
		}
	}
	block.Values["log_invalid"] = cty.StringVal("47")
	block.Values["udp_timeout"] = cty.NumberIntVal(86400)
	checkRoundTrip(t, block)
}

// The blocks of all examples can be written, nested ones included.
func TestWrittenExamplesAreReadBack(t *testing.T) {
	for _, bt := range tables {
		cfg, _, diags := evaluateFS(files("a.ctplan.hcl", bt.Example))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for _, r := range cfg.Resources {
			block := BlockSource{Type: r.Type, Name: r.Name, Values: map[string]cty.Value{}}
			for name, a := range r.Attrs {
				block.Values[name] = a.Value
			}
			checkRoundTrip(t, block)
		}
	}
}

func checkRoundTrip(t *testing.T, block BlockSource) {
	t.Helper()
	src, err := Write([]BlockSource{block})
	if err != nil {
		t.Error(err)
		return
	}
	cfg, _, diags := evaluateFS(files("a.ctplan.hcl", string(src)))
	if diags.HasErrors() {
		t.Errorf("%s\n%v", src, diags)
		return
	}
	attrs := cfg.Resources[0].Attrs
	if len(attrs) != len(block.Values) {
		t.Errorf("%d attributes of %d came back:\n%s", len(attrs), len(block.Values), src)
	}
	for name, want := range block.Values {
		if got := attrs[name].Value; got == cty.NilVal || !got.RawEquals(want) {
			t.Errorf("%s came back as %#v, was %#v", name, got, want)
		}
	}
}
