package schema

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// seed adds the configuration files of the corpus.
func seed(f *testing.F, suffix string) {
	f.Helper()
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, suffix) {
			return err
		}
		src, err := os.ReadFile(path)
		if err == nil {
			f.Add(src)
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
}

// exercise loads and evaluates a file in every way there is: nothing that is
// in a file may make ctplan panic.
func exercise(t *testing.T, name string, src []byte) {
	fsys := files(name, string(src), "m/main.ctplan.hcl", `variable "key" { default = 1 }`)
	c, loaded := Load(fsys, WithVersion("0.3.0"))
	for _, data := range []DataReader{nil, fakeHost{}} {
		opts := Options{Data: data}
		cfg, evaluated := c.Evaluate(context.Background(), opts)
		self := make(map[string]map[string]cty.Value)
		for _, r := range cfg.Resources {
			self[r.Address] = map[string]cty.Value{}
		}
		after := c.Postconditions(context.Background(), opts, self)
		for _, d := range MergeDiagnostics(loaded, evaluated, after) {
			if d.Summary == "" || strings.Contains(d.Summary+d.Detail, "panic") {
				t.Errorf("%+v", d)
			}
		}
		if data != nil && !loaded.HasErrors() && !evaluated.HasErrors() {
			checkComplete(t, cfg)
		}
	}
}

// FuzzLoadNative loads and evaluates arbitrary native syntax.
func FuzzLoadNative(f *testing.F) {
	seed(f, ".ctplan.hcl")
	f.Fuzz(func(t *testing.T, src []byte) { exercise(t, "a.ctplan.hcl", src) })
}

// FuzzLoadJSON loads and evaluates arbitrary JSON.
func FuzzLoadJSON(f *testing.F) {
	seed(f, ".ctplan.json")
	f.Fuzz(func(t *testing.T, src []byte) { exercise(t, "a.ctplan.json", src) })
}

// FuzzVariables gives arbitrary values to variables of several types.
func FuzzVariables(f *testing.F) {
	seed(f, ".ctvars")
	seed(f, ".ctvars.json")
	seed(f, "arguments")
	f.Add([]byte(`a=[{ name = "x", size = [1, null] }]`))
	const source = `
variable "a" {
  type    = list(object({ name = string, size = optional(set(number), [1]) }))
  default = []
}
variable "b" {
  type     = map(tuple([bool, any]))
  default  = {}
  nullable = false
}
variable "c" { default = 1 }
variable "d" {
  type    = any
  default = 1
}
`
	c, diags := Load(files("a.ctplan.hcl", source))
	if diags.HasErrors() {
		f.Fatal(diags)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		native, _ := ParseVariableFile("x.auto.ctvars", src)
		twin, _ := ParseVariableFile("x.auto.ctvars.json", src)
		flag, _ := ParseVariableFlag(string(src))
		values := append(append(native, twin...), EnvironmentVariables(strings.Split(string(src), "\n"))...)
		values = append(values, flag)
		for _, name := range []string{"a", "b", "c", "d"} {
			values = append(values, VariableValue{Name: name, Raw: string(src), Source: "-var", Origin: OriginFlag})
		}
		c.Evaluate(context.Background(), Options{Variables: values[:len(values)-4]})
		c.Evaluate(context.Background(), Options{Variables: values})
	})
}

// checkComplete holds an error-free evaluation to what its users rely on.
func checkComplete(t *testing.T, cfg *Config) {
	last := ""
	for _, r := range cfg.Resources {
		if r.Address <= last {
			t.Errorf("%s after %s", r.Address, last)
		}
		last = r.Address
		for name, a := range r.Attrs {
			if a.Value.IsNull() || !a.Value.IsWhollyKnown() {
				t.Errorf("%s.%s is %#v", r.Address, name, a.Value)
			}
			if a.Value.Type() == cty.Number {
				r.Int(name)
			}
		}
	}
}
