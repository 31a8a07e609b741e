package schema

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withTable adds a block type for the length of a test.
func withTable(t *testing.T, bt *BlockType) {
	t.Helper()
	before := tables
	tables = append(tables[:len(tables):len(tables)], bt)
	t.Cleanup(func() { tables = before })
}

// gauge has a block inside, unlike the tables of kernel parameters.
var gauge = BlockType{
	Name: "gauge",
	Attributes: []Attribute{
		{Name: "size", Type: TypeNumber},
		{Name: "key", Type: TypeString},
	},
	Blocks: []NestedBlock{{
		Name:       "limit",
		Attributes: []Attribute{{Name: "rate", Type: TypeString}, {Name: "burst", Type: TypeNumber}},
	}},
	Check: func(r *Resource) []Problem {
		if n, ok := r.Int("size"); ok && n == 13 {
			return []Problem{{Attribute: "size", Warning: true, Summary: "Unlucky number", Detail: "Thirteen."}}
		}
		return nil
	},
}

func TestDynamicBlocks(t *testing.T) {
	withTable(t, &gauge)
	cfg := mustEvaluate(t, Options{}, "a.ctplan.hcl", `
variable "burst" { default = 5 }
gauge "source" { size = 7 }
gauge "a" {
  dynamic "limit" {
    for_each = { second = gauge.source.size }
    iterator = it
    content {
      rate  = "${it.value}/${it.key}"
      burst = var.burst
    }
  }
}
gauge "none" {
  dynamic "limit" {
    for_each = []
    content {}
  }
}
gauge "plain" {
  limit {
    rate = "1/day"
  }
}
output "dynamic" { value = "${gauge.a.limit.rate} ${gauge.a.limit.burst}" }
output "none" { value = gauge.none.limit }
output "plain" { value = gauge.plain.limit.rate }
`)
	for name, want := range map[string]string{
		"dynamic": `"7/second 5"`,
		"none":    "null",
		"plain":   `"1/day"`,
	} {
		if got := jsonText(t, cfg.Outputs[name].Value); got != want {
			t.Errorf("output %s: %s, want %s", name, got, want)
		}
	}
	for _, r := range cfg.Resources {
		if r.Address == "gauge.a" {
			if diff := cmp.Diff([]string{"gauge.source"}, r.DependsOn); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func TestMistakesInDynamicBlocks(t *testing.T) {
	withTable(t, &gauge)
	c, loaded := Load(files("a.ctplan.hcl", `
gauge "a" {
  dynamic "limit" {
    for_each = var.missing
    content {
      rate  = local.missing
      burst = limit.valeu
    }
  }
}
gauge "b" {
  size = 13
}
gauge "c" {
  limit { rat = 1 }
}
`))
	_, diags := c.Evaluate(context.Background(), Options{})
	got := summaries(MergeDiagnostics(loaded, diags))
	want := []string{
		"Reference to something undeclared", "Reference to something undeclared",
		"Unlucky number", "Unsupported argument",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%v", diff, diags)
	}
}
