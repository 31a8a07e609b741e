package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The reference under docs/ is what the tables say. With -update it is written.
func TestDocs(t *testing.T) {
	root := filepath.Join("..", "docs")
	want := Docs()
	if *update {
		rewriteDocs(t, root, want)
	}
	for _, name := range sortedKeys(want) {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(string(want[name]), string(got)); diff != "" {
			t.Errorf("docs/%s is out of date: run make docs (-tables +file)\n%s", name, diff)
		}
	}
	for _, name := range generatedFiles(t, root) {
		if _, ok := want[name]; !ok {
			t.Errorf("docs/%s describes nothing: remove it", name)
		}
	}
}

// generatedFiles are those under docs/reference, which holds nothing else.
func generatedFiles(t *testing.T, root string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(filepath.Join(root, "reference"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(root, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return names
}

func rewriteDocs(t *testing.T, root string, files map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, "reference"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, old := range generatedFiles(t, root) {
		if _, ok := files[old]; !ok {
			if err := os.Remove(filepath.Join(root, old)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var markdownLink = regexp.MustCompile(`\]\(([^)#]+)\)`)

func TestDocLinksLead(t *testing.T) {
	docs := Docs()
	for name, text := range docs {
		for _, m := range markdownLink.FindAllSubmatch(text, -1) {
			if target := "reference/" + string(m[1]); docs[target] == nil {
				t.Errorf("%s links to %s", name, m[1])
			}
		}
		if bytes.Contains(text, []byte("\n\n\n")) || !bytes.HasSuffix(text, []byte("\n")) {
			t.Errorf("%s has odd blank lines", name)
		}
	}
}

func TestDescriptionIsCompleteAndStable(t *testing.T) {
	d, err := Describe()
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Describe()
	if second, _ := again.JSON(); !bytes.Equal(text, second) {
		t.Error("two runs differ")
	}
	var back Description
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*d, back); diff != "" {
		t.Errorf("JSON loses something:\n%s", diff)
	}
	if len(back.BlockTypes) != len(tables) || len(back.DataTypes) != len(DataTypes) ||
		len(back.Functions) != len(Functions(nil)) || back.FormatVersion != "1.0" {
		t.Errorf("%d block types, %d data types, %d functions, version %q",
			len(back.BlockTypes), len(back.DataTypes), len(back.Functions), back.FormatVersion)
	}
}

// The properties of an attribute, as tools read them.
func TestDescriptionOfAnAttribute(t *testing.T) {
	d, err := Describe("conntrack")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := d.JSON()
	var document struct {
		BlockTypes []struct {
			Name       string           `json:"name"`
			Attributes []map[string]any `json:"attributes"`
		} `json:"block_types"`
		Functions any `json:"functions"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	if len(document.BlockTypes) != 1 || document.Functions != nil {
		t.Errorf("more than one block type is described:\n%s", text)
	}
	for _, a := range document.BlockTypes[0].Attributes {
		delete(a, "description")
		delete(a, "range_reason")
		delete(a, "values")
		delete(a, "default")
		want := map[string]map[string]any{
			"max": {"name": "max", "type": "number", "unit": "entries", "required": false, "reversible": true, "global": true,
				"min": 1.0, "max": 2147483647.0, "kernel_key": "net.netfilter.nf_conntrack_max"},
			"helper": {"name": "helper", "type": "bool", "required": false, "reversible": true, "until_kernel": "5.19",
				"kernel_key": "net.netfilter.nf_conntrack_helper"},
			"log_invalid": {"name": "log_invalid", "type": "enum", "required": false, "reversible": true, "numeric": true,
				"min": 0.0, "max": 255.0, "kernel_key": "net.netfilter.nf_conntrack_log_invalid"},
		}[a["name"].(string)]
		if want == nil {
			continue
		}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Errorf("%s (-want +got):\n%s", a["name"], diff)
		}
	}
}

func TestDescribeUnknownType(t *testing.T) {
	_, err := Describe("contrack")
	var unknown *UnknownTypeError
	if !errors.As(err, &unknown) || unknown.Suggestion != "conntrack" || !strings.Contains(err.Error(), `did you mean "conntrack"`) {
		t.Errorf("got %v", err)
	}
	if _, err := Describe("zzzzzz"); err == nil || strings.Contains(err.Error(), "mean") {
		t.Errorf("got %v", err)
	}
}
