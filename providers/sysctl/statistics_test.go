package sysctl

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestParseStatistics(t *testing.T) {
	const modern = "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart\n" +
		"0000000a  00000001 00000002 00000000 00000003 00000000 00000000 00000000 00000000 000000ff 00000010 00000000 00000000  00000000 00000000 00000000 00000000\n" +
		"0000000a  00000000 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000 00000000  00000000 00000000 00000000 00000000\n"
	got, err := parseStatistics(modern)
	if err != nil {
		t.Fatal(err)
	}
	values := got.totals().AsValueMap()
	for name, want := range map[string]int64{"clashres": 1, "found": 4, "invalid": 3, "insert_failed": 256, "drop": 16, "search_restart": 0} {
		if v, ok := values[name]; !ok || !v.RawEquals(cty.NumberIntVal(want)) {
			t.Errorf("%s = %#v, want %d", name, v, want)
		}
	}
	if _, ok := values["entries"]; ok {
		t.Error("entries is no counter, and was summed")
	}
	cpus := got.perCPU().AsValueSlice()
	if len(cpus) != 2 {
		t.Fatalf("%d processors", len(cpus))
	}
	for i, want := range []int64{255, 1} {
		if v := cpus[i].AsValueMap()["insert_failed"]; !v.RawEquals(cty.NumberIntVal(want)) {
			t.Errorf("processor %d: insert_failed = %#v, want %d", i, v, want)
		}
	}
}

func TestParseStatisticsRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, data := range map[string]string{
		"nothing":           "",
		"another file":      "Hello, world\n",
		"too few columns":   "entries drop\n00000001\n",
		"not hexadecimal":   "entries drop\n00000001 zz\n",
		"more than 64 bits": "entries drop\n00000001 11111111111111111\n",
	} {
		if v, err := parseStatistics(data); err == nil {
			t.Errorf("%s: %#v", name, v)
		}
	}
}

func FuzzParseStatistics(f *testing.F) {
	f.Add("entries drop\n0000000a 000000ff\n")
	f.Fuzz(func(t *testing.T, data string) {
		s, err := parseStatistics(data)
		if err != nil {
			return
		}
		if sum, each := s.totals().Type(), s.perCPU().Type(); !sum.Equals(cty.Map(cty.Number)) || !each.Equals(cty.List(cty.Map(cty.Number))) {
			t.Errorf("types %#v, %#v", sum, each)
		}
	})
}
