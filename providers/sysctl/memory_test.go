package sysctl

import (
	"context"
	"testing"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

func TestSlotSize(t *testing.T) {
	const info = "slabinfo - version: 2.1\n# name <active_objs> <num_objs> <objsize>\n" +
		"nf_conntrack_expect 0 0 208 19 1 : tunables 0 0 0\n"
	tests := map[string]struct {
		kernel, slab, slabinfo string
		want                   int64
	}{
		"as the kernel shows it":            {"6.1.0", "384\n", info + "nf_conntrack 5 16 256 16 1 : tunables 0 0 0\n", 384},
		"from slabinfo":                     {"6.1.0", "", info + "nf_conntrack 5 16 320 12 1 : tunables 0 0 0\n", 320},
		"from slabinfo of an old kernel":    {"4.4.0", "", info + "nf_conntrack_ffffffff81cd9a40 5 16 304 13 1 : tunables 0 0 0\n", 304},
		"by age, new":                       {"6.12.0", "", "", 256},
		"by age, old":                       {"5.10.0", "", "", 320},
		"a cache of another name is not it": {"6.1.0", "", info, 256},
		"nonsense":                          {"6.1.0", "lots\n", "nf_conntrack 1 2 x\n", 256},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := host.NewFake(planner.Facts{})
			if test.slab != "" {
				h.SetControl("/sys/kernel/slab/nf_conntrack/slab_size", host.Control{Value: test.slab})
			}
			if test.slabinfo != "" {
				h.SetControl("/proc/slabinfo", host.Control{Value: test.slabinfo})
			}
			if got := slotSize(context.Background(), h, test.kernel); got != test.want {
				t.Errorf("slotSize = %d, want %d", got, test.want)
			}
		})
	}
}

func TestTableNote(t *testing.T) {
	now := table{max: 262144, buckets: 262144, slot: 256, pointer: 8}
	next := table{max: 1048576, buckets: 262144, slot: 256, pointer: 8}
	const want = "at most 386 MiB when full: 1,048,576 entries × (256+128) B + 262,144 buckets × 8 B, 1.6 % of 23.4 GiB RAM (now at most 98.0 MiB)"
	if got := next.note(now, 25125558682); got != want {
		t.Errorf("note = %q\nwant   %q", got, want)
	}
}
