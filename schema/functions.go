package schema

import (
	"io/fs"
	"sort"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// Functions are those that expressions can call. All of them are pure: the
// same configuration gives the same values at every plan. file() reads below
// files, and nothing if that is nil; whoever passes a directory decides
// whether symbolic links may lead out of it.
func Functions(files fs.FS) map[string]function.Function {
	out := make(map[string]function.Function)
	for _, f := range functionRows {
		out[f.name] = f.describe(f.function)
	}
	out[fileDoc.name] = fileDoc.describe(fileFunction(files))
	return out
}

// FunctionDoc describes a function for the reference and for editors.
type FunctionDoc struct {
	Name string `json:"name"`
	// Group is a heading of the reference, "Numbers".
	Group       string         `json:"group"`
	Description string         `json:"description"`
	Parameters  []ParameterDoc `json:"parameters"`
	// Variadic is the parameter that may be repeated, or nil.
	Variadic *ParameterDoc `json:"variadic,omitempty"`
	// Example is a call and what it returns.
	Example string `json:"example"`
	Result  string `json:"result"`
}

// ParameterDoc describes a parameter of a function.
type ParameterDoc struct {
	Name string `json:"name"`
	// Type is written as in a variable's type.
	Type string `json:"type"`
}

// FunctionDocs describes all functions, sorted by name.
func FunctionDocs() []FunctionDoc {
	docs := []FunctionDoc{fileDoc.doc(fileFunction(nil))}
	for _, f := range functionRows {
		docs = append(docs, f.doc(f.function))
	}
	sort.Slice(docs, func(i, j int) bool { return docs[i].Name < docs[j].Name })
	return docs
}

// functionRow is a function and its documentation. Tests evaluate the example.
type functionRow struct {
	name, group, description string
	example, result          string
	function                 function.Function
}

func (f functionRow) describe(impl function.Function) function.Function {
	n := len(impl.Params())
	if impl.VarParam() != nil {
		n++
	}
	return impl.WithNewDescriptions(f.description, make([]string, n))
}

func (f functionRow) doc(impl function.Function) FunctionDoc {
	d := FunctionDoc{Name: f.name, Group: f.group, Description: f.description, Example: f.example, Result: f.result, Parameters: []ParameterDoc{}}
	for _, p := range impl.Params() {
		d.Parameters = append(d.Parameters, parameterDoc(p))
	}
	if v := impl.VarParam(); v != nil {
		p := parameterDoc(*v)
		d.Variadic = &p
	}
	return d
}

func parameterDoc(p function.Parameter) ParameterDoc {
	return ParameterDoc{Name: p.Name, Type: typeText(p.Type)}
}

// The groups, in the order of the reference.
const (
	groupNumbers     = "Numbers"
	groupText        = "Text"
	groupCollections = "Lists, sets and maps"
	groupAddresses   = "Addresses"
	groupUnits       = "Durations and sizes"
	groupEncoding    = "Encoding and files"
	groupConversion  = "Conversion and errors"
)

var functionGroups = []string{
	groupUnits, groupNumbers, groupText, groupCollections, groupAddresses, groupEncoding, groupConversion,
}

var functionRows = []functionRow{
	{"abs", groupNumbers, "The number without its sign.", "abs(-3)", "3", stdlib.AbsoluteFunc},
	{"ceil", groupNumbers, "The next whole number upwards.", "ceil(5.1)", "6", stdlib.CeilFunc},
	{"floor", groupNumbers, "The next whole number downwards.", "floor(5.9)", "5", stdlib.FloorFunc},
	{"max", groupNumbers, "The largest of the numbers. Expand a list with `...`.", "max(12, 54, 3)", "54", stdlib.MaxFunc},
	{"min", groupNumbers, "The smallest of the numbers. Expand a list with `...`.", "min(12, 54, 3)", "3", stdlib.MinFunc},
	{"parseint", groupNumbers, "The whole number that a text stands for in the given base.", "parseint(\"ff\", 16)", "255", stdlib.ParseIntFunc},
	{"pow", groupNumbers, "The first number to the power of the second.", "pow(2, 10)", "1024", stdlib.PowFunc},
	{"pow2ceil", groupNumbers, "The smallest power of two that is not below the number. It makes a table size of a number of connections.", "pow2ceil(1000000)", "1048576", pow2ceilFunction},
	{"signum", groupNumbers, "-1, 0 or 1 for a negative number, zero and a positive number.", "signum(-7)", "-1", stdlib.SignumFunc},

	{"format", groupText, "Text made of a format with verbs such as %s, %d and %q.", "format(\"[%s] \", \"drds\")", "\"[drds] \"", formatFunction},
	{"formatlist", groupText, "Like format, once for each element of the lists.", "formatlist(\"%s/32\", [\"10.0.0.1\", \"10.0.0.2\"])", "[\"10.0.0.1/32\", \"10.0.0.2/32\"]", formatListFunction},
	{"join", groupText, "The elements of a list of texts, with a separator between them.", "join(\",\", [\"80\", \"443\"])", "\"80,443\"", stdlib.JoinFunc},
	{"lower", groupText, "The text in small letters.", "lower(\"TCP\")", "\"tcp\"", stdlib.LowerFunc},
	{"regex", groupText, "The part of a text that a regular expression (RE2) matches, or its capture groups. No match is an error.", "regex(\"[0-9]+\", \"eth12\")", "\"12\"", stdlib.RegexFunc},
	{"regexall", groupText, "All parts of a text that a regular expression (RE2) matches.", "regexall(\"[0-9]+\", \"1:2\")", "[\"1\", \"2\"]", stdlib.RegexAllFunc},
	{"replace", groupText, "The text with one piece replaced by another wherever it stands; a piece between slashes is a regular expression.", "replace(\"eth0.100\", \".\", \"/\")", "\"eth0/100\"", replaceFunction},
	{"split", groupText, "A text cut into a list at a separator.", "split(\",\", \"80,443\")", "[\"80\", \"443\"]", stdlib.SplitFunc},
	{"strlen", groupText, "The number of characters of a text.", "strlen(\"[drds] \")", "7", stdlib.StrlenFunc},
	{"substr", groupText, "A part of a text, by the position of its first character and its length; -1 is the rest.", "substr(\"ctplan\", 0, 2)", "\"ct\"", stdlib.SubstrFunc},
	{"trim", groupText, "The text without any of the given characters at its beginning and end.", "trim(\"--a-\", \"-\")", "\"a\"", stdlib.TrimFunc},
	{"trimprefix", groupText, "The text without the given beginning.", "trimprefix(\"nf_conntrack_max\", \"nf_conntrack_\")", "\"max\"", stdlib.TrimPrefixFunc},
	{"trimspace", groupText, "The text without blanks and line breaks at its beginning and end.", "trimspace(\" a \")", "\"a\"", stdlib.TrimSpaceFunc},
	{"trimsuffix", groupText, "The text without the given end.", "trimsuffix(\"web1.example\", \".example\")", "\"web1\"", stdlib.TrimSuffixFunc},
	{"upper", groupText, "The text in capital letters.", "upper(\"input\")", "\"INPUT\"", stdlib.UpperFunc},

	{"coalesce", groupCollections, "The first of the values that is not null.", "coalesce(null, 2)", "2", stdlib.CoalesceFunc},
	{"compact", groupCollections, "A list of texts without the empty ones.", "compact([\"a\", \"\", \"b\"])", "[\"a\", \"b\"]", stdlib.CompactFunc},
	{"concat", groupCollections, "Several lists as one.", "concat([1], [2, 3])", "[1, 2, 3]", stdlib.ConcatFunc},
	{"contains", groupCollections, "Whether a list or set holds a value.", "contains([\"tcp\", \"udp\"], \"udp\")", "true", stdlib.ContainsFunc},
	{"distinct", groupCollections, "A list without repetitions.", "distinct([53, 80, 53])", "[53, 80]", stdlib.DistinctFunc},
	{"flatten", groupCollections, "A list with the elements of its inner lists in their place.", "flatten([[1], [2, [3]]])", "[1, 2, 3]", stdlib.FlattenFunc},
	{"keys", groupCollections, "The keys of a map, sorted.", "keys({ b = 1, a = 2 })", "[\"a\", \"b\"]", stdlib.KeysFunc},
	{"length", groupCollections, "How many elements a list, set or map has, or characters a text.", "length([1, 2])", "2", lengthFunction},
	{"lookup", groupCollections, "An element of a map by its key, or the third argument where there is none.", "lookup({ a = 1 }, \"b\", 0)", "0", stdlib.LookupFunc},
	{"merge", groupCollections, "Several maps as one; later ones win.", "merge({ a = 1 }, { a = 2, b = 3 })", "{ a = 2, b = 3 }", stdlib.MergeFunc},
	{"range", groupCollections, "A list of numbers from the first to before the second, in steps of the third; at most 1024.", "range(1, 4)", "[1, 2, 3]", stdlib.RangeFunc},
	{"reverse", groupCollections, "A list backwards.", "reverse([1, 2, 3])", "[3, 2, 1]", stdlib.ReverseListFunc},
	{"setintersection", groupCollections, "The elements that all sets hold.", "setintersection([\"a\", \"b\"], [\"b\", \"c\"])", "[\"b\"]", stdlib.SetIntersectionFunc},
	{"setproduct", groupCollections, "Every combination of one element from each list or set.", "setproduct([\"tcp\", \"udp\"], [53])", "[[\"tcp\", 53], [\"udp\", 53]]", setProductFunction},
	{"setsubtract", groupCollections, "The elements of the first set that the second lacks.", "setsubtract([\"a\", \"b\"], [\"a\"])", "[\"b\"]", stdlib.SetSubtractFunc},
	{"setunion", groupCollections, "The elements that any of the sets holds.", "setunion([\"a\"], [\"b\"])", "[\"a\", \"b\"]", stdlib.SetUnionFunc},
	{"slice", groupCollections, "A part of a list, from one index to before another.", "slice([1, 2, 3], 0, 2)", "[1, 2]", stdlib.SliceFunc},
	{"sort", groupCollections, "A list of texts in alphabetical order.", "sort([\"b\", \"a\"])", "[\"a\", \"b\"]", stdlib.SortFunc},
	{"values", groupCollections, "The values of a map, in the order of its keys.", "values({ b = 1, a = 2 })", "[2, 1]", stdlib.ValuesFunc},
	{"zipmap", groupCollections, "A map made of a list of keys and a list of values.", "zipmap([\"a\", \"b\"], [1, 2])", "{ a = 1, b = 2 }", stdlib.ZipmapFunc},

	{"cidrcontains", groupAddresses, "Whether a network holds an address or another network.", "cidrcontains(\"10.0.0.0/8\", \"10.1.2.3\")", "true", cidrContainsFunction},
	{"cidrhost", groupAddresses, "The address with the given number in a network; negative numbers count from its end.", "cidrhost(\"10.0.0.0/24\", 5)", "\"10.0.0.5\"", cidrHostFunction},
	{"cidrnetmask", groupAddresses, "The mask of an IPv4 network in dotted form.", "cidrnetmask(\"10.0.0.0/8\")", "\"255.0.0.0\"", cidrNetmaskFunction},
	{"cidrsubnet", groupAddresses, "A part of a network: by how many bits its prefix is longer, and its number.", "cidrsubnet(\"10.0.0.0/8\", 8, 2)", "\"10.2.0.0/16\"", cidrSubnetFunction},

	{"duration", groupUnits, "A duration in seconds. Attributes that take durations understand the text themselves; it serves to calculate.", "2 * duration(\"1h30m\")", "10800", durationFunction},
	{"gib", groupUnits, "So many gibibytes, in bytes.", "gib(2)", "2147483648", timesFunction(1 << 30)},
	{"mib", groupUnits, "So many mebibytes, in bytes.", "mib(64)", "67108864", timesFunction(1 << 20)},
	{"timeadd", groupUnits, "A timestamp (RFC 3339) moved by a duration such as \"10m\".", "timeadd(\"2026-01-01T00:00:00Z\", \"10m\")", "\"2026-01-01T00:10:00Z\"", stdlib.TimeAddFunc},

	{"csvdecode", groupEncoding, "A list of objects, one for each row of a CSV text whose first row names the columns.", "csvdecode(\"port,proto\\n53,udp\\n\")[0].port", "\"53\"", stdlib.CSVDecodeFunc},
	{"jsondecode", groupEncoding, "The value that a JSON text stands for.", "jsondecode(\"[1, 2]\")", "[1, 2]", stdlib.JSONDecodeFunc},
	{"jsonencode", groupEncoding, "A value as JSON text.", "jsonencode({ a = 1 })", "\"{\\\"a\\\":1}\"", stdlib.JSONEncodeFunc},

	{"can", groupConversion, "Whether an expression can be evaluated without an error.", "can(tonumber(\"x\"))", "false", tryfunc.CanFunc},
	{"tobool", groupConversion, "The value as true or false.", "tobool(\"true\")", "true", stdlib.MakeToFunc(cty.Bool)},
	{"tolist", groupConversion, "The value as a list.", "tolist(toset([\"b\", \"a\"]))", "[\"a\", \"b\"]", stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType))},
	{"tomap", groupConversion, "The value as a map.", "tomap({ a = 1 })", "{ a = 1 }", stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType))},
	{"tonumber", groupConversion, "The value as a number.", "tonumber(\"53\")", "53", stdlib.MakeToFunc(cty.Number)},
	{"toset", groupConversion, "The value as a set, which for_each takes.", "toset([\"udp\", \"tcp\"])", "[\"tcp\", \"udp\"]", stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType))},
	{"tostring", groupConversion, "The value as text.", "tostring(53)", "\"53\"", stdlib.MakeToFunc(cty.String)},
	{"try", groupConversion, "The first of the expressions that can be evaluated without an error.", "try(tonumber(\"x\"), 0)", "0", tryfunc.TryFunc},
}
