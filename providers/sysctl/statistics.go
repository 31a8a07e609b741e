package sysctl

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// statisticsFile holds conntrack's counters: a line of names, then one line
// of hexadecimal numbers for each processor.
const statisticsFile = "/proc/net/stat/nf_conntrack"

// statistics are the counters of each processor, by name, since their columns
// differ from kernel to kernel. The first column is no counter: it shows the
// size of the table on every line, and is left out.
type statistics struct {
	names []string
	cpus  [][]uint64
}

func parseStatistics(data string) (statistics, error) {
	rows := strings.Split(strings.TrimRight(data, "\n"), "\n")
	names := strings.Fields(rows[0])
	if len(names) == 0 || names[0] != "entries" {
		return statistics{}, fmt.Errorf("unknown header %q", rows[0])
	}
	s := statistics{names: names[1:]}
	for _, row := range rows[1:] {
		cells := strings.Fields(row)
		if len(cells) != len(names) {
			return statistics{}, fmt.Errorf("%d columns under %d names", len(cells), len(names))
		}
		counters := make([]uint64, 0, len(s.names))
		for i, cell := range cells {
			n, err := strconv.ParseUint(cell, 16, 64)
			if err != nil {
				return statistics{}, fmt.Errorf("column %s: %q is no hexadecimal number", names[i], cell)
			}
			if i > 0 {
				counters = append(counters, n)
			}
		}
		s.cpus = append(s.cpus, counters)
	}
	return s, nil
}

// totals are the sums over all processors.
func (s statistics) totals() cty.Value {
	sums := make([]uint64, len(s.names))
	for _, counters := range s.cpus {
		for i, n := range counters {
			sums[i] += n
		}
	}
	return s.named(sums)
}

// perCPU are the counters of each processor, in the kernel's order.
func (s statistics) perCPU() cty.Value {
	list := make([]cty.Value, 0, len(s.cpus))
	for _, counters := range s.cpus {
		list = append(list, s.named(counters))
	}
	if len(list) == 0 {
		return cty.ListValEmpty(cty.Map(cty.Number))
	}
	return cty.ListVal(list)
}

func (s statistics) named(counters []uint64) cty.Value {
	out := make(map[string]cty.Value, len(counters))
	for i, name := range s.names {
		out[name] = cty.NumberUIntVal(counters[i])
	}
	if len(out) == 0 {
		return cty.MapValEmpty(cty.Number)
	}
	return cty.MapVal(out)
}
