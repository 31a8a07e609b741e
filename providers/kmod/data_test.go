package kmod_test

import (
	"testing"

	"github.com/ctplan/ctplan/providers"
	"github.com/ctplan/ctplan/providers/internal/modhost"
	"github.com/ctplan/ctplan/schema"
)

// Every kind of data block about modules and loggers has the type that its
// table says.
func TestData(t *testing.T) {
	for _, generation := range modhost.Kernels {
		h := modhost.New(generation)
		h.Load("nf_conntrack", "nfnetlink_log")
		facts, _ := h.Facts(t.Context())
		for _, typ := range []string{"modules", "log_backends"} {
			got, err := providers.NewData(h, facts).ReadData(t.Context(), typ, nil)
			if err != nil {
				t.Fatal(err)
			}
			if want := schema.LookupDataType(typ).Object(); !got.Type().Equals(want) {
				t.Errorf("data %q is of type %#v, want %#v", typ, got.Type(), want)
			}
			if typ == "modules" && got.GetAttr("loaded").LengthInt() != len(h.Loaded()) {
				t.Errorf("loaded: %#v, and there are %v", got.GetAttr("loaded"), h.Loaded())
			}
			if typ == "log_backends" && got.GetAttr("active").AsValueMap()["ipv4"].AsString() != "none" {
				t.Errorf("active: %#v", got.GetAttr("active"))
			}
		}
	}
}
