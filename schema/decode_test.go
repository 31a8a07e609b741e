package schema

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// sampleTable has every type of attribute, and nested blocks.
var sampleTable = BlockType{
	Name: "sample",
	Attributes: []Attribute{
		{Name: "text", Type: TypeString, Description: "A text."},
		{Name: "number", Type: TypeNumber, Min: bound(-5), Description: "A number."},
		{Name: "small", Type: TypeNumber, Max: bound(10), Description: "A small number."},
		{Name: "free", Type: TypeNumber, Description: "A number without bounds."},
		{Name: "flag", Type: TypeBool, Description: "A switch."},
		{Name: "wait", Type: TypeDuration, Unit: "seconds", Min: bound(1), Max: bound(86400), Description: "A duration."},
		{Name: "size", Type: TypeSize, Unit: "bytes", Min: bound(0), Max: bound(1 << 20), Description: "A size."},
		{Name: "level", Type: TypeEnum, Numeric: true, Min: bound(0), Max: bound(7), Description: "A level.", Enum: []EnumValue{
			{Word: "error", Kernel: "3", Aliases: []string{"err"}}, {Word: "warning", Kernel: "4"}}},
		{Name: "word", Type: TypeEnum, Description: "A word.", Enum: []EnumValue{{Word: "LOG"}, {Word: "NFLOG"}}},
		{Name: "list", Type: TypeStringList, Description: "A list.", Convert: refuseElement},
		{Name: "map", Type: TypeStringMap, Description: "A map."},
		{Name: "any", Type: TypeAny, Description: "Anything.", Convert: refuseMember},
	},
	Blocks: []NestedBlock{{
		Name:        "limit",
		Description: "A limit.",
		Attributes: []Attribute{
			{Name: "rate", Type: TypeString, Required: true, Description: "How often. More of it."},
			{Name: "burst", Type: TypeNumber, Min: bound(1), Max: bound(100), Description: "How many."},
		},
	}},
}

// refuseElement and refuseMember refuse the text "bad" and say where it is.
func refuseElement(v cty.Value) (cty.Value, error) {
	for it := v.ElementIterator(); it.Next(); {
		if key, e := it.Element(); e.AsString() == "bad" {
			return v, &Invalid{Summary: "Bad element", Detail: "It is bad.", Path: cty.IndexPath(key)}
		}
	}
	return v, nil
}

func refuseMember(v cty.Value) (cty.Value, error) {
	if v.Type().IsObjectType() && v.Type().HasAttribute("before") {
		return v, cty.GetAttrPath("before").NewErrorf("it is %q", "bad")
	}
	if v.Type() == cty.Number {
		return v, errors.New("no numbers")
	}
	return v, nil
}

func decodeSample(t *testing.T, table *BlockType, source string, variables map[string]cty.Value) (map[string]Attr, hcl.Diagnostics) {
	t.Helper()
	name := "a.ctplan.hcl"
	if strings.HasPrefix(source, "{") {
		name = "a.ctplan.json"
	}
	file, diags := parse(name, []byte(source))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if variables == nil {
		variables = map[string]cty.Value{}
	}
	attrs, diags := decodeBlock(table, file.Body, &hcl.EvalContext{Variables: variables, Functions: Functions(nil)})
	return attrs, MergeDiagnostics(diags)
}

func TestDecodedValues(t *testing.T) {
	unknown := map[string]cty.Value{"s": cty.UnknownVal(cty.String), "d": cty.DynamicVal, "n": cty.UnknownVal(cty.Number),
		"secret": cty.NumberIntVal(3).Mark("secret"), "l": cty.UnknownVal(cty.List(cty.String)), "b": cty.UnknownVal(cty.Bool)}
	for source, want := range map[string]cty.Value{
		`text = "a"`:                 cty.StringVal("a"),
		`text = 5`:                   cty.StringVal("5"),
		`text = true`:                cty.StringVal("true"),
		`text = null`:                cty.NilVal,
		`number = 5`:                 cty.NumberIntVal(5),
		`number = "5"`:               cty.NumberIntVal(5),
		`number = "-5"`:              cty.NumberIntVal(-5),
		`number = 5.0`:               cty.NumberIntVal(5),
		`number = secret`:            cty.NumberIntVal(3),
		`number = 9007199254740993`:  cty.NumberIntVal(9007199254740993),
		`flag = true`:                cty.True,
		`flag = "false"`:             cty.False,
		`wait = 90`:                  cty.NumberIntVal(90),
		`wait = "1.5h"`:              cty.NumberIntVal(5400),
		`wait = duration("1h") / 2`:  cty.NumberIntVal(1800),
		`size = "64KiB"`:             cty.NumberIntVal(65536),
		`size = 12`:                  cty.NumberIntVal(12),
		`level = "err"`:              cty.StringVal("error"),
		`level = 3`:                  cty.StringVal("error"),
		`level = "4"`:                cty.StringVal("warning"),
		`level = 7`:                  cty.StringVal("7"),
		`word = "LOG"`:               cty.StringVal("LOG"),
		`list = ["a", 5]`:            cty.ListVal([]cty.Value{cty.StringVal("a"), cty.StringVal("5")}),
		`list = []`:                  cty.ListValEmpty(cty.String),
		`list = toset(["b", "a"])`:   cty.ListVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")}),
		`list = ["bad", s]`:          cty.ListVal([]cty.Value{cty.StringVal("bad"), cty.UnknownVal(cty.String)}),
		`map = { a = 1, b = true }`:  cty.MapVal(map[string]cty.Value{"a": cty.StringVal("1"), "b": cty.StringVal("true")}),
		`any = { x = [1] }`:          cty.ObjectVal(map[string]cty.Value{"x": cty.TupleVal([]cty.Value{cty.NumberIntVal(1)})}),
		`any = d`:                    cty.DynamicVal,
		`number = d`:                 cty.UnknownVal(cty.Number),
		`number = n`:                 cty.UnknownVal(cty.Number),
		`wait = s`:                   cty.UnknownVal(cty.Number),
		`level = n`:                  cty.UnknownVal(cty.String),
		`flag = b`:                   cty.UnknownVal(cty.Bool),
		`list = l`:                   cty.UnknownVal(cty.List(cty.String)),
		`{"number": 7}`:              cty.NumberIntVal(7),
		`{"list": ["a"]}`:            cty.ListVal([]cty.Value{cty.StringVal("a")}),
		`{"wait": "2m"}`:             cty.NumberIntVal(120),
		`{"limit": {"rate": "1/s"}}`: cty.ObjectVal(map[string]cty.Value{"rate": cty.StringVal("1/s"), "burst": cty.NullVal(cty.Number)}),
		"limit {\n rate = \"2/s\"\n burst = 4\n}": cty.ObjectVal(map[string]cty.Value{"rate": cty.StringVal("2/s"), "burst": cty.NumberIntVal(4)}),
	} {
		attrs, diags := decodeSample(t, &sampleTable, source, unknown)
		if len(diags) > 0 {
			t.Errorf("%s: %v", source, diags)
			continue
		}
		if want == cty.NilVal {
			if len(attrs) != 0 {
				t.Errorf("%s: %v is set", source, attrs)
			}
			continue
		}
		if len(attrs) != 1 {
			t.Errorf("%s: %d attributes", source, len(attrs))
		}
		for _, a := range attrs {
			if !a.Value.RawEquals(want) || a.Range.Filename == "" {
				t.Errorf("%s is %#v at %s, want %#v", source, a.Value, a.Range, want)
			}
		}
	}
}

// One line per mistake: what is underlined, the summary, and a part of the detail.
func TestDecodingMistakes(t *testing.T) {
	for source, want := range map[string]string{
		`number = 3.5`:                         `1,10-13 Not a whole number: 3.5 is not`,
		`number = "3.5"`:                       `1,10-15 Not a whole number: 3.5 is not`,
		`number = "1e3"`:                       `1,10-15 Unsuitable value: "1e3" is not suitable`,
		`number = "0x10"`:                      `1,10-16 Unsuitable value: "0x10" is not suitable`,
		`number = "64MiB"`:                     `1,10-17 Unsuitable value: not a size in bytes`,
		`number = "1h"`:                        `1,10-14 Unsuitable value: not a duration`,
		`number = "65,536"`:                    `1,10-18 Unsuitable value: written out in digits`,
		`number = -6`:                          `1,10-12 Value out of range: at least -5`,
		`small = 11`:                           `1,9-11 Value out of range: at most 10`,
		`free = 1e30`:                          `1,8-12 Value out of range: 1e+30 is too large`,
		`number = 1e30`:                        `1,10-14 Value out of range: 1e+30 is not`,
		`number = pow(10, 307) * pow(10, 307)`: `1,10-37 Value out of range: so extreme a number`,
		`text = pow(10, 307) * pow(10, 307)`:   `1,8-35 Value out of range: so extreme a number`,
		`level = pow(10, 307) * pow(10, 307)`:  `1,9-36 Value out of range: so extreme a number`,
		`number = true`:                        `1,10-14 Unsuitable value: whole number, and true is not suitable`,
		`number = [1]`:                         `1,10-13 Unsuitable value: and a list is not suitable`,
		`number = l`:                           `1,10-11 Unsuitable value: and a list is not suitable`,
		`text = { a = 1 }`:                     `1,8-17 Unsuitable value: takes a text, and a map`,
		`flag = 1`:                             `1,8-9 Unsuitable value: Write flag = true`,
		`flag = "no"`:                          `1,8-12 Unsuitable value: Write flag = false`,
		`flag = "maybe"`:                       `1,8-15 Unsuitable value: Write true or false`,
		`wait = 0`:                             `1,8-9 Value out of range: between 1 and 86400 seconds (1d), and 0 is not`,
		`wait = "2d"`:                          `1,8-12 Value out of range: "2d" (172800 seconds) is not`,
		`wait = "2MB"`:                         `1,8-13 Invalid duration: unit of sizes`,
		`wait = 1.5`:                           `1,8-11 Not a whole number: whole number of seconds`,
		`size = "2MiB"`:                        `1,8-14 Value out of range: between 0 and 1048576 bytes (1MiB), and "2MiB" (2097152 bytes) is not`,
		`size = true`:                          `1,8-12 Unsuitable value: takes a size, and true`,
		`level = "Error"`:                      `1,9-16 Unsuitable value: Did you mean "error"?`,
		`level = "eror"`:                       `1,9-15 Unsuitable value: Did you mean "error"?`,
		`level = 8`:                            `1,9-10 Value out of range: between 0 and 7`,
		`level = 1.5`:                          `1,9-12 Not a whole number: whole number`,
		`word = "log"`:                         `1,8-13 Unsuitable value: must be "LOG" or "NFLOG"`,
		`word = ""`:                            `1,8-10 Unsuitable value: must be "LOG" or "NFLOG"`,
		`list = "a"`:                           `1,8-11 Unsuitable value: list = ["a"]`,
		`list = ["a", null]`:                   `1,14-18 Unsuitable value: must not hold null`,
		`list = ["a", ["b"]]`:                  `1,14-19 Unsuitable value: texts, and a list is none`,
		`list = ["a", "bad"]`:                  `1,14-19 Bad element: It is bad`,
		`list = concat(["bad"])`:               `1,8-23 Bad element: It is bad`,
		`map = "a"`:                            `1,7-10 Unsuitable value: in braces`,
		`map = { a = "x", b = null }`:          `1,22-26 Unsuitable value: must not hold null`,
		`map = { a = [] }`:                     `1,13-15 Unsuitable value: texts, and a list is none`,
		`any = { x = 1, before = 2 }`:          `1,25-26 Unsuitable value: any: it is "bad".`,
		`any = 1`:                              `1,7-8 Unsuitable value: any: no numbers.`,
		`txt = 1`:                              `1,1-4 Unsupported argument: Did you mean "text"?`,
		`limit = 1`:                            `1,1-6 Unsupported argument: without the equals sign`,
		`enable = true`:                        `1,1-7 Unsupported argument: Did you mean "enabled"?`,
		`warp_speed = 1`:                       `1,1-11 Unsupported argument: ctplan schema sample`,
		"limt {\n}":                            `1,1-5 Unsupported block type: Did you mean "limit"?`,
		"text {\n}":                            `1,1-5 Unsupported block type: argument "text"`,
		"limit {\n }":                          `1,7-7 Missing required argument: limit needs rate: How often.`,
		"limit {\n rate = null\n}":             `2,9-13 Missing required argument: rate is null`,
		"limit {\n rate = 1\n burst = 101\n}":  `3,10-13 Value out of range: between 1 and 100`,
		"limit {\n rate = 1\n brst = 1\n}":     `3,2-6 Unsupported argument: Did you mean "burst"?`,
		"limit {\n rate = 1\n}\nlimit {\n rate = 1\n}": `4,1-6 Duplicate limit block: already declared at a.ctplan.hcl:1,1`,
		"limit {\n rate = 1\n deep {\n }\n}":           `3,2-6 Unsupported block type: not expected here`,
		`{"numbr": 1}`:                                 `1,2-9 Unsupported argument: Did you mean "number"?`,
		`{"number": 1.5}`:                              `1,12-15 Not a whole number: 1.5 is not`,
		`number = nothing.here`:                        `1,10-17 Unknown variable: There is no variable named "nothing"`,
	} {
		_, diags := decodeSample(t, &sampleTable, source, map[string]cty.Value{"l": cty.UnknownVal(cty.List(cty.Number))})
		if len(diags) != 1 {
			t.Errorf("%s: %d diagnostics: %v", source, len(diags), diags)
			continue
		}
		d := diags[0]
		place, rest, _ := strings.Cut(want, " ")
		summary, detail, _ := strings.Cut(rest, ": ")
		s := d.Subject
		got := fmt.Sprintf("%d,%d-%d", s.Start.Line, s.Start.Column, s.End.Column)
		if got != place || d.Summary != summary || !strings.Contains(d.Detail, detail) {
			t.Errorf("%s:\ngot  %s %s: %s\nwant %s", source, got, d.Summary, d.Detail, want)
		}
		checkQuality(t, d)
	}
}

// A diagnostic about a value has all that a renderer shows: the value's place,
// the whole attribute, and the values of what it is made of.
func TestDiagnosticsAboutValues(t *testing.T) {
	variables := map[string]cty.Value{"n": cty.NumberIntVal(-9)}
	_, diags := decodeSample(t, &sampleTable, "number = n * 2", variables)
	if len(diags) != 1 {
		t.Fatal(diags)
	}
	d := diags[0]
	if d.Expression == nil || d.EvalContext == nil || len(d.Expression.Variables()) != 1 {
		t.Errorf("no expression: %+v", d)
	}
	if d.Subject.Start.Column != 10 || d.Context == nil || d.Context.Start.Column != 1 || d.Context.End != d.Subject.End {
		t.Errorf("subject %s, context %s", d.Subject, d.Context)
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	_, diags := decodeSample(t, &sampleTable, "number = 1.5\nflag = 2\nwarp_speed = 3\nwait = \"x\"\nlimit {\n}\n", nil)
	want := []string{"Not a whole number", "Unsuitable value", "Unsupported argument", "Invalid duration", "Missing required argument"}
	if diff := cmp.Diff(want, summaries(diags)); diff != "" {
		t.Error(diff)
	}
}

func TestRequiredBlock(t *testing.T) {
	table := sampleTable
	table.Blocks = []NestedBlock{{Name: "limit", Required: true, Description: "A limit."}}
	_, diags := decodeSample(t, &table, "", nil)
	if len(diags) != 1 || diags[0].Summary != "Missing required block" {
		t.Error(diags)
	}
}

// What a table says of its type is what decoding yields.
func TestValueTypesAreThoseOfDecoding(t *testing.T) {
	types := sampleTable.ObjectType()
	attrs, diags := decodeSample(t, &sampleTable, `
text = "a"
number = 1
flag = true
wait = 1
size = 1
level = 3
word = "LOG"
list = ["a"]
map = { a = 1 }
limit {
  rate = 1
}`, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for name, a := range attrs {
		if want := types.AttributeType(name); !a.Value.Type().Equals(want) {
			t.Errorf("%s is a %s, and its table says %s", name, typeText(a.Value.Type()), typeText(want))
		}
	}
}
