package schema

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// files is a configuration in memory, from names and sources in turn.
func files(namesAndSources ...string) fstest.MapFS {
	fsys := make(fstest.MapFS)
	for i := 0; i < len(namesAndSources); i += 2 {
		fsys[namesAndSources[i]] = &fstest.MapFile{Data: []byte(namesAndSources[i+1])}
	}
	return fsys
}

func mustLoad(t *testing.T, namesAndSources ...string) *Configuration {
	t.Helper()
	c, diags := Load(files(namesAndSources...))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return c
}

func mustEvaluate(t *testing.T, opts Options, namesAndSources ...string) *Config {
	t.Helper()
	cfg, diags := mustLoad(t, namesAndSources...).Evaluate(context.Background(), opts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return cfg
}

func addresses(cfg *Config) []string {
	var out []string
	for _, r := range cfg.Resources {
		out = append(out, r.Address)
	}
	return out
}

func summaries(diags hcl.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		out = append(out, d.Summary)
	}
	return out
}

func TestAddressesAreSortedAndQuoted(t *testing.T) {
	cfg := mustEvaluate(t, Options{}, "a.ctplan.hcl", `
sysctl "b" {
  for_each = {
    "net.core.somaxconn" = 1
    "a\"b\\c\n$${x}"     = 2
  }
  key   = each.value == 1 ? each.key : "net.core.rmem_max"
  value = each.value
}
conntrack "a" { max = 1000 }
sysctl "none" {
  for_each = {}
  key      = "net.core.wmem_max"
  value    = 1
}
sysctl "off" {
  enabled = false
  key     = "net.core.wmem_max"
  value   = 1
}
sysctl "some" {
  for_each = { "net.core.optmem_max" = true, "net.core.dev_weight" = false }
  enabled  = each.value
  key      = each.key
  value    = 1
}`)
	want := []string{
		`conntrack.a`,
		`sysctl.b["a\"b\\c\n$${x}"]`,
		`sysctl.b["net.core.somaxconn"]`,
		`sysctl.some["net.core.optmem_max"]`,
	}
	if diff := cmp.Diff(want, addresses(cfg)); diff != "" {
		t.Error(diff)
	}
	if r := cfg.Resources[1]; r.Key != "a\"b\\c\n${x}" || !r.HasKey || r.Type != "sysctl" || r.Name != "b" {
		t.Errorf("%+v", r)
	}
}

func TestDependenciesFollowReferences(t *testing.T) {
	cfg := mustEvaluate(t, Options{},
		"main.ctplan.hcl", `
conntrack "a" { max = 1000 }
conntrack "b" {
  for_each   = { x = conntrack.a.max }
  expect_max = each.value
}
locals { through = conntrack.a.max }
sysctl "by_local" {
  key   = "net.core.somaxconn"
  value = local.through
}
sysctl "by_instances" {
  key   = "net.core.rmem_max"
  value = conntrack.b["x"].expect_max
}
sysctl "by_list" {
  key        = "net.core.wmem_max"
  value      = 1
  depends_on = [conntrack.b, module.m]
}
sysctl "by_module" {
  key   = "net.core.optmem_max"
  value = module.m.value
}
module "m" {
  source     = "./m"
  value      = sysctl.by_local.value
  depends_on = [conntrack.b]
}
conntrack "alone" { buckets = 1024 }
`,
		"m/main.ctplan.hcl", `
variable "value" {}
sysctl "inside" {
  key   = "net.core.dev_weight"
  value = 64
}
sysctl "using" {
  key   = "net.core.netdev_budget"
  value = var.value
}
output "value" { value = sysctl.using.value }
`)
	got := make(map[string]string)
	for _, r := range cfg.Resources {
		got[r.Address] = strings.Join(r.DependsOn, " ")
	}
	want := map[string]string{
		`conntrack.a`:            "",
		`conntrack.alone`:        "",
		`conntrack.b["x"]`:       "conntrack.a",
		`sysctl.by_local`:        "conntrack.a",
		`sysctl.by_instances`:    `conntrack.b["x"]`,
		`sysctl.by_list`:         `conntrack.b["x"] module.m.sysctl.inside module.m.sysctl.using`,
		`sysctl.by_module`:       `module.m.sysctl.using`,
		`module.m.sysctl.inside`: `conntrack.b["x"]`,
		`module.m.sysctl.using`:  `conntrack.b["x"] sysctl.by_local`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestModuleInstances(t *testing.T) {
	cfg := mustEvaluate(t, Options{},
		"main.ctplan.hcl", `
module "m" {
  source   = "./m"
  for_each = { a = "net.core.somaxconn", b = "net.core.rmem_max" }
  key      = each.value
}
module "off" {
  source  = "./m"
  enabled = false
  key     = "net.core.wmem_max"
}
output "keys" { value = [for name, m in module.m : "${name}=${m.key}"] }
output "b" { value = module.m["b"].key }
output "off" { value = module.off }
output "here" { value = module.m["a"].here }
`,
		"m/main.ctplan.hcl", `
variable "key" {}
sysctl "it" {
  key   = var.key
  value = 1
}
output "key" { value = sysctl.it.key }
output "here" { value = path.module }
moved {
  from = sysctl.old
  to   = sysctl.it
}
`)
	want := []string{`module.m["a"].sysctl.it`, `module.m["b"].sysctl.it`}
	if diff := cmp.Diff(want, addresses(cfg)); diff != "" {
		t.Error(diff)
	}
	if m := cfg.Resources[0].Module; m != `module.m["a"]` {
		t.Errorf("module %s", m)
	}
	for name, want := range map[string]string{
		"keys": `["a=net.core.somaxconn","b=net.core.rmem_max"]`,
		"b":    `"net.core.rmem_max"`,
		"off":  "null",
		"here": `"m"`,
	} {
		if got := jsonText(t, cfg.Outputs[name].Value); got != want {
			t.Errorf("output %s: %s", name, got)
		}
	}
	if len(cfg.Moved) != 2 || cfg.Moved[1].To != `module.m["b"].sysctl.it` {
		t.Errorf("moved %v", cfg.Moved)
	}
}

func TestVariablePrecedenceAndParsing(t *testing.T) {
	const source = `
variable "text" { type = string }
variable "bare" {}
variable "list" {
  type    = list(string)
  default = []
}
variable "object" {
  type    = object({ size = number, name = optional(string, "plain") })
  default = { size = 1 }
}
variable "strict" {
  default  = "fallback"
  nullable = false
}
variable "null" { default = 1 }
output "all" {
  value = [var.text, var.bare, var.list, var.object, var.strict, var.null]
}
`
	c := mustLoad(t, "a.ctplan.hcl", source,
		"ctplan.ctvars", `text = "default file"`+"\n"+`strict = null`+"\n"+`null = null`,
		"ctplan.ctvars.json", `{"text": "json file"}`,
		"b.auto.ctvars", `bare = 3`,
		"a.auto.ctvars.json", `{"bare": 2, "object": {"size": "7"}}`)
	auto, diags := c.AutoVariables()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	values := EnvironmentVariables([]string{"CTPLAN_VAR_text=env", "CTPLAN_VAR_list=[\"e\"]", "HOME=/", "CTPLAN_VAR_x=1"})
	values = append(values, auto...)
	for _, arg := range []string{`list=["f", "g"]`, `bare=[not parsed`} {
		v, diags := ParseVariableFlag(arg)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		values = append(values, v)
	}
	cfg, diags := c.Evaluate(context.Background(), Options{Variables: values})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want := `["json file","[not parsed",["f","g"],{"name":"plain","size":7},"fallback",null]`
	if got := jsonText(t, cfg.Outputs["all"].Value); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := jsonText(t, cfg.Variables["object"]); got != `{"name":"plain","size":7}` {
		t.Errorf("final value of object: %s", got)
	}
}

func TestStaticValuesOfASavedPlan(t *testing.T) {
	c := mustLoad(t, "a.ctplan.hcl", `
variable "a" { type = list(number) }
output "a" { value = var.a }`)
	value := cty.ListVal([]cty.Value{cty.NumberIntVal(1)})
	cfg, diags := c.Evaluate(context.Background(), Options{Variables: []VariableValue{
		{Name: "a", Expr: hcl.StaticExpr(value, hcl.Range{Filename: "plan"}), Origin: OriginFile, Source: "the plan"},
	}})
	if len(diags) > 0 || !cfg.Outputs["a"].Value.RawEquals(value) {
		t.Error(diags, cfg.Outputs["a"])
	}
}

func TestWithoutHostDataIsUnknown(t *testing.T) {
	c := mustLoad(t, "a.ctplan.hcl", `
data "host" "this" {}
conntrack "a" {
  max     = data.host.this.memory_mib * 32
  buckets = 1024
}
sysctl "maybe" {
  enabled = data.host.this.cpus > 2
  key     = "net.core.somaxconn"
  value   = 1
}
sysctl "many" {
  for_each = toset([data.host.this.hostname])
  key      = each.key
  value    = conntrack.a.buckets
}
check "c" {
  assert {
    condition     = data.host.this.cpus > 2
    error_message = "Few."
  }
}
output "known" { value = conntrack.a.buckets }
output "wrong" { value = sysctl.many["x"].value }
`)
	cfg, diags := c.Evaluate(context.Background(), Options{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if diff := cmp.Diff([]string{"conntrack.a"}, addresses(cfg)); diff != "" {
		t.Error(diff)
	}
	if cfg.Resources[0].Attrs["max"].Value.IsKnown() {
		t.Error("max is known")
	}
	if s := cfg.Checks[0].Status; s != CheckUnknown {
		t.Errorf("check: %s", s)
	}
	if got := jsonText(t, cfg.Outputs["known"].Value); got != "1024" {
		t.Errorf("known: %s", got)
	}
}

func TestMistakesShowWithoutHost(t *testing.T) {
	c := mustLoad(t, "a.ctplan.hcl", `
data "host" "this" {}
sysctl "many" {
  for_each = toset([data.host.this.hostname])
  key      = each.key
  vlaue    = 1
}
conntrack "a" {
  max = data.host.this.memory
  acct = data.host.this.hostname == "x" ? "perhaps" : "maybe"
}
conntrack "b" { log_invalid = data.host.this.cpus.x }
`)
	_, diags := c.Evaluate(context.Background(), Options{})
	if !diags.HasErrors() || !strings.Contains(fmt.Sprint(summaries(diags)), "Unsupported argument") {
		t.Error(diags)
	}
}

func TestEvalForTheConsole(t *testing.T) {
	c, _ := Load(files("a.ctplan.hcl", `
locals { a = 20 }
data "host" "this" {}
conntrack "a" { max = 1000 }
conntrack "wrong" { max = local.missing }
variable "v" {}
`))
	for expr, want := range map[string]string{
		"local.a + 1":            "21",
		"conntrack.a.max":        "1000",
		"conntrack.a.buckets":    "null",
		"data.host.this.cpus":    "4",
		"upper(\"x\")":           `"X"`,
		"[for i in [1, 2] : -i]": "[-1,-2]",
	} {
		v, diags := c.Eval(context.Background(), Options{Data: fakeHost{}}, expr)
		if len(diags) > 0 {
			t.Errorf("%s: %v", expr, diags)
		} else if got := jsonText(t, v); got != want {
			t.Errorf("%s = %s, want %s", expr, got, want)
		}
	}
	for expr, want := range map[string]string{
		"local.b":         "Reference to something undeclared",
		"1 +":             "Missing expression",
		"uper(\"x\")":     "Unknown function",
		"var.v":           "No value for a required variable",
		"self":            "Invalid reference",
		"conntrack.wrong": "Reference to something undeclared",
		strings.Repeat("(", 1000) + "1" + strings.Repeat(")", 1000): "Nested too deeply",
	} {
		_, diags := c.Eval(context.Background(), Options{Data: fakeHost{}}, expr)
		if !diags.HasErrors() || diags[0].Summary != want {
			t.Errorf("%s: %v, want %q", expr, diags, want)
		}
	}
}

func TestDigestFollowsMeaning(t *testing.T) {
	digest := func(opts Options, namesAndSources ...string) string {
		return mustEvaluate(t, opts, namesAndSources...).Digest
	}
	const source = `variable "a" { default = 1 }`
	base := digest(Options{}, "a.ctplan.hcl", source)
	value := func(raw string) Options {
		return Options{Variables: []VariableValue{{Name: "a", Raw: raw, Origin: OriginFlag}}}
	}
	if len(base) != 64 || base != digest(Options{}, "a.ctplan.hcl", source, "ctplan.ctvars", "# nothing") {
		t.Error("the digest is not stable")
	}
	for name, other := range map[string]string{
		"another source": digest(Options{}, "a.ctplan.hcl", source+"\n"),
		"another name":   digest(Options{}, "b.ctplan.hcl", source),
		"another value":  digest(value("2"), "a.ctplan.hcl", source),
		"another type":   digest(value("1"), "a.ctplan.hcl", source),
		"a file read":    digest(Options{}, "a.ctplan.hcl", source, "b.ctplan.hcl", `locals { x = file("x") }`, "x", "1"),
	} {
		if other == base {
			t.Errorf("%s has the same digest", name)
		}
	}
	one := digest(Options{}, "b.ctplan.hcl", `locals { x = file("x") }`, "x", "1")
	if one == digest(Options{}, "b.ctplan.hcl", `locals { x = file("x") }`, "x", "2") {
		t.Error("a file that is read does not count")
	}
}

func TestChecksHaveStatuses(t *testing.T) {
	cfg := mustEvaluate(t, Options{Data: fakeHost{}}, "a.ctplan.hcl", `
check "b" {
  assert {
    condition     = false
    error_message = "Said."
  }
  assert {
    condition     = true
    error_message = "Never said."
  }
}
check "a" {
  data "host" "this" {}
  assert {
    condition     = data.host.this.cpus.x
    error_message = "Never said."
  }
}`)
	var got []string
	for _, c := range cfg.Checks {
		got = append(got, c.Name+" "+c.Status)
	}
	want := []string{"check.a error", "check.b fail", "check.b pass"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if cfg.Checks[1].Message != "Said." {
		t.Errorf("message %q", cfg.Checks[1].Message)
	}
}

func TestDiagnosticsCarryValues(t *testing.T) {
	_, diags := mustLoad(t, "a.ctplan.hcl", `
locals { per_gib = "x" }
conntrack "a" { max = local.per_gib * 64 }
conntrack "b" { buckets = -local.n }
locals { n = 3 }
`).Evaluate(context.Background(), Options{})
	if len(diags) != 2 {
		t.Fatal(diags)
	}
	for _, d := range diags {
		if d.Subject == nil || d.Context == nil || d.Expression == nil || d.EvalContext == nil {
			t.Errorf("%+v", d)
			continue
		}
		for _, traversal := range d.Expression.Variables() {
			if _, err := traversal.TraverseAbs(d.EvalContext); err.HasErrors() {
				t.Errorf("%s: %v", d.Summary, err)
			}
		}
	}
}

func TestErrorsOfLoadAndEvaluateComeTogether(t *testing.T) {
	c, loaded := Load(files("a.ctplan.hcl", `
locals { a = local.missing }
conntrack "x" { max = 1 }
conntrack "x" { max = 2 }
contrack "y" {}
`))
	_, evaluated := c.Evaluate(context.Background(), Options{})
	got := summaries(MergeDiagnostics(loaded, evaluated, loaded))
	want := []string{"Reference to something undeclared", `Duplicate conntrack "x"`, "Unsupported block type"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVersionRequirement(t *testing.T) {
	for _, tc := range []struct {
		version, constraint string
		fits                bool
	}{
		{"0.3.0", ">= 0.3", true},
		{"0.3.0", "~> 0.2", true},
		{"0.3.0", ">= 0.4", false},
		{"0.4.0-dev", ">= 0.4", true},
		{"0.4.0-dev", "< 0.4", false},
		{"", ">= 9", true},
		{"devel", ">= 9", true},
	} {
		_, diags := Load(files("a.ctplan.hcl", `ctplan { required_version = "`+tc.constraint+`" }`), WithVersion(tc.version))
		if diags.HasErrors() == tc.fits {
			t.Errorf("%s with %s: %v", tc.version, tc.constraint, diags)
		}
	}
}
