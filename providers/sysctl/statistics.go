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

// parseStatistics sums the counters over the processors, by name, since
// their columns differ from kernel to kernel. The first column is no counter:
// it shows the size of the table on every line, and is left out.
func parseStatistics(data string) (cty.Value, error) {
	rows := strings.Split(strings.TrimRight(data, "\n"), "\n")
	names := strings.Fields(rows[0])
	if len(names) == 0 || names[0] != "entries" {
		return cty.NilVal, fmt.Errorf("unknown header %q", rows[0])
	}
	totals := make([]uint64, len(names))
	for _, row := range rows[1:] {
		cells := strings.Fields(row)
		if len(cells) != len(names) {
			return cty.NilVal, fmt.Errorf("%d columns under %d names", len(cells), len(names))
		}
		for i, cell := range cells {
			n, err := strconv.ParseUint(cell, 16, 64)
			if err != nil {
				return cty.NilVal, fmt.Errorf("column %s: %q is no hexadecimal number", names[i], cell)
			}
			totals[i] += n
		}
	}
	out := map[string]cty.Value{}
	for i, name := range names[1:] {
		out[name] = cty.NumberUIntVal(totals[i+1])
	}
	if len(out) == 0 {
		return cty.MapValEmpty(cty.Number), nil
	}
	return cty.MapVal(out), nil
}
