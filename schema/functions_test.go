package schema

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

var functionFiles = fstest.MapFS{
	"hosts.csv":        {Data: []byte("port,proto\n53,udp\n")},
	"binary":           {Data: []byte{0xff, 0xfe}},
	"modules/m/a.text": {Data: []byte("a")},
}

// call evaluates an expression with nothing but the functions.
func call(t *testing.T, expression string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(expression), "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", expression, diags)
	}
	return expr.Value(&hcl.EvalContext{Functions: Functions(functionFiles), Variables: map[string]cty.Value{}})
}

// The examples in the reference are true.
func TestFunctionExamples(t *testing.T) {
	for _, doc := range FunctionDocs() {
		got, diags := call(t, doc.Example)
		if diags.HasErrors() {
			t.Errorf("%s: %v", doc.Example, diags)
			continue
		}
		want, diags := call(t, doc.Result)
		if diags.HasErrors() {
			t.Errorf("%s: %v", doc.Result, diags)
			continue
		}
		if want, err := convert.Convert(want, got.Type()); err != nil || !got.RawEquals(want) {
			t.Errorf("%s is %#v, and not %s", doc.Example, got, doc.Result)
		}
	}
}

func TestFunctionDocsAreComplete(t *testing.T) {
	groups := strings.Join(functionGroups, "|")
	docs := FunctionDocs()
	all := Functions(nil)
	if len(docs) != len(all) {
		t.Errorf("%d functions, %d described", len(all), len(docs))
	}
	for i, d := range docs {
		if i > 0 && docs[i-1].Name >= d.Name {
			t.Errorf("%s is out of order", d.Name)
		}
		f, ok := all[d.Name]
		if !ok || f.Description() != d.Description || !strings.HasSuffix(d.Description, ".") || !strings.Contains(groups, d.Group) {
			t.Errorf("%s: description %q, group %q", d.Name, d.Description, d.Group)
		}
		if !strings.Contains(d.Example, d.Name+"(") {
			t.Errorf("%s: the example %s does not call it", d.Name, d.Example)
		}
	}
}

func TestNoFunctionDependsOnTimeOrMachine(t *testing.T) {
	for name := range Functions(nil) {
		if impure[name] {
			t.Errorf("%s is not pure", name)
		}
	}
}

func TestFunctionValues(t *testing.T) {
	for expression, want := range map[string]string{
		`pow2ceil(0)`:                                     `1`,
		`pow2ceil(1)`:                                     `1`,
		`pow2ceil(1.5)`:                                   `2`,
		`pow2ceil(1024)`:                                  `1024`,
		`pow2ceil(1025)`:                                  `2048`,
		`pow2ceil(4611686018427387904)`:                   `4611686018427387904`,
		`gib(0.5)`:                                        `536870912`,
		`duration("90")`:                                  `90`,
		`replace("a1b22", "/[0-9]+/", "-")`:               `"a-b-"`,
		`replace("a/b", "/", "-")`:                        `"a-b"`,
		`length("äö")`:                                    `2`,
		`length({ a = 1 })`:                               `1`,
		`length([])`:                                      `0`,
		`length(toset(["a", "a"]))`:                       `1`,
		`cidrhost("10.0.0.0/24", -2)`:                     `"10.0.0.254"`,
		`cidrhost("10.0.0.99/24", 1)`:                     `"10.0.0.1"`,
		`cidrhost("2001:db8::/32", 255)`:                  `"2001:db8::ff"`,
		`cidrhost("2001:db8::/64", -1)`:                   `"2001:db8::ffff:ffff:ffff:ffff"`,
		`cidrhost("10.0.0.7/32", 0)`:                      `"10.0.0.7"`,
		`cidrnetmask("192.168.1.0/27")`:                   `"255.255.255.224"`,
		`cidrnetmask("0.0.0.0/0")`:                        `"0.0.0.0"`,
		`cidrsubnet("172.16.0.0/12", 4, 2)`:               `"172.18.0.0/16"`,
		`cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)`: `"fd00:fd12:3456:7800:a200::/72"`,
		`cidrsubnet("10.0.0.0/8", 0, 0)`:                  `"10.0.0.0/8"`,
		`cidrcontains("10.0.0.0/8", "10.0.0.0/9")`:        `true`,
		`cidrcontains("10.0.0.0/8", "10.0.0.0/7")`:        `false`,
		`cidrcontains("10.0.0.0/8", "::1")`:               `false`,
		`cidrcontains("2001:db8::/32", "2001:db8::1")`:    `true`,
		`file("./modules/m/a.text")`:                      `"a"`,
		`file("modules/../hosts.csv") != ""`:              `true`,
		`can(file("missing"))`:                            `false`,
	} {
		got, diags := call(t, expression)
		if diags.HasErrors() {
			t.Errorf("%s: %v", expression, diags)
			continue
		}
		if want, _ := call(t, want); !got.RawEquals(want) {
			t.Errorf("%s is %#v, want %#v", expression, got, want)
		}
	}
}

func TestFunctionErrors(t *testing.T) {
	for expression, why := range map[string]string{
		`pow2ceil(-1)`:                                   "negative",
		`pow2ceil(4611686018427387905)`:                  "above 2^62",
		`duration("5MB")`:                                "unit of sizes",
		`length(5)`:                                      "no length",
		`cidrhost("10.0.0.0/24", 256)`:                   "256 addresses",
		`cidrhost("10.0.0.0/24", -257)`:                  "256 addresses",
		`cidrhost("10.0.0.0/24", 1.5)`:                   "whole number",
		`cidrhost("10.0.0.0/24", pow(2, 500))`:           "whole number",
		`cidrhost("10.0.0.0", 1)`:                        "not a network",
		`cidrnetmask("::/0")`:                            "no mask",
		`cidrsubnet("10.0.0.0/24", 9, 0)`:                "0 to 8 bits",
		`cidrsubnet("10.0.0.0/24", -1, 0)`:               "0 to 8 bits",
		`cidrsubnet("10.0.0.0/24", 2, 4)`:                "from 0 to 3",
		`cidrsubnet("10.0.0.0/24", 2, -1)`:               "from 0 to 3",
		`cidrcontains("10.0.0.0/8", "web")`:              "neither an address nor a network",
		`cidrcontains("10.0.0.0/8", "fe80::1%eth0")`:     "neither an address nor a network",
		`file("/etc/passwd")`:                            "relative",
		`file("../secret")`:                              "relative",
		`file("modules/../../secret")`:                   "relative",
		`file("")`:                                       "relative",
		`file("missing")`:                                "cannot be read",
		`file("modules")`:                                "not a regular file",
		`file("binary")`:                                 "not text",
		`format("%99999d", 1)`:                           "4 digits",
		`format("%.100000f", 1)`:                         "4 digits",
		`formatlist("%99999d", [1])`:                     "4 digits",
		`setproduct(range(100), range(100), range(100))`: "more than 65536 combinations",
	} {
		got, diags := call(t, expression)
		if !diags.HasErrors() {
			t.Errorf("%s is %#v", expression, got)
		} else if !strings.Contains(diags.Error(), why) {
			t.Errorf("%s: %v\nwant it to say %q", expression, diags, why)
		}
	}
}

func TestFileNeedsADirectory(t *testing.T) {
	if _, err := Functions(nil)["file"].Call([]cty.Value{cty.StringVal("x")}); err == nil {
		t.Error("a file was read from nowhere")
	}
}

// What is not known yet, a function does not have to know either.
func TestFunctionsOfUnknowns(t *testing.T) {
	for name, args := range map[string][]cty.Value{
		"setproduct": {cty.UnknownVal(cty.Set(cty.String)), cty.SetVal([]cty.Value{cty.StringVal("a")})},
		"format":     {cty.UnknownVal(cty.String), cty.UnknownVal(cty.String)},
		"length":     {cty.UnknownVal(cty.List(cty.String))},
		"pow2ceil":   {cty.UnknownVal(cty.Number)},
		"gib":        {cty.UnknownVal(cty.Number)},
		"file":       {cty.UnknownVal(cty.String)},
		"cidrhost":   {cty.UnknownVal(cty.String), cty.NumberIntVal(1)},
		"duration":   {cty.DynamicVal},
	} {
		if got, err := Functions(functionFiles)[name].Call(args); err != nil || got.IsKnown() {
			t.Errorf("%s: %#v, %v", name, got, err)
		}
	}
}
