package schema

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// jsonText is a known value as JSON.
func jsonText(t *testing.T, v cty.Value) string {
	t.Helper()
	if v == cty.NilVal || !v.IsWhollyKnown() {
		return "unknown"
	}
	data, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
