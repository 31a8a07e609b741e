package schema

import (
	"context"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestPostconditions(t *testing.T) {
	c := mustLoad(t, "a.ctplan.hcl", `
conntrack "a" {
  for_each = { x = 5000 }
  buckets  = each.value
  lifecycle {
    postcondition {
      condition     = self.buckets >= conntrack.a["x"].buckets
      error_message = "${each.key}: the kernel made ${self.buckets} of it."
    }
    postcondition {
      condition     = self.max == null
      error_message = "Max is not null."
    }
  }
}`)
	read := func(n int64) map[string]map[string]cty.Value {
		return map[string]map[string]cty.Value{`conntrack.a["x"]`: {"buckets": cty.NumberIntVal(n)}}
	}
	if diags := c.Postconditions(context.Background(), Options{}, read(5120)); len(diags) > 0 {
		t.Error(diags)
	}
	if diags := c.Postconditions(context.Background(), Options{}, nil); len(diags) > 0 {
		t.Error(diags)
	}
	diags := c.Postconditions(context.Background(), Options{}, read(4096))
	if len(diags) != 1 || diags[0].Detail != "x: the kernel made 4096 of it." || DiagnosticAddress(diags[0]) != `conntrack.a["x"]` {
		t.Error(diags)
	}
}

// What the kernel calls 1 is the text "1" in a sysctl block, before and after.
func TestPostconditionsSeeTheTypesOfTheBlock(t *testing.T) {
	c := mustLoad(t, "a.ctplan.hcl", `
sysctl "forward" {
  key   = "net.ipv4.ip_forward"
  value = 1
  lifecycle {
    precondition {
      condition     = self.value == "1"
      error_message = "Before: ${self.value}"
    }
    postcondition {
      condition     = self.value == "1"
      error_message = "After: ${self.value}"
    }
  }
}`)
	if _, diags := c.Evaluate(context.Background(), Options{}); len(diags) > 0 {
		t.Error(diags)
	}
	read := map[string]map[string]cty.Value{"sysctl.forward": {"value": cty.NumberIntVal(1)}}
	if diags := c.Postconditions(context.Background(), Options{}, read); len(diags) > 0 {
		t.Error(diags)
	}
}
