package ruleset

// edit is one step on the way from one list of rules to another.
type edit int

const (
	keep edit = iota // the next rule of both
	drop             // the next rule of the old list goes
	take             // the next rule of the new list comes
)

// maxCells bounds the table of diff. Beyond it, what lies between the common
// start and the common end is replaced as a whole.
const maxCells = 8 << 20

// diff finds the shortest way from a to b by keeping a longest common
// subsequence, since every rule kept keeps its counters.
func diff(a, b []string) []edit {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	edits := make([]edit, start, len(a)+len(b))
	edits = append(edits, middle(a[start:len(a)-end], b[start:len(b)-end])...)
	return append(edits, make([]edit, end)...)
}

func middle(a, b []string) []edit {
	n, m := len(a), len(b)
	var edits []edit
	if n == 0 || m == 0 || n*m > maxCells {
		for range a {
			edits = append(edits, drop)
		}
		for range b {
			edits = append(edits, take)
		}
		return edits
	}
	// common[i][j] is the length of the longest common subsequence of a[i:]
	// and b[j:].
	width := m + 1
	common := make([]int32, (n+1)*width)
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case i < n && j < m && a[i] == b[j]:
			edits = append(edits, keep)
			i, j = i+1, j+1
		case j == m || i < n && common[(i+1)*width+j] >= common[i*width+j+1]:
			edits = append(edits, drop)
			i++
		default:
			edits = append(edits, take)
			j++
		}
	}
	return edits
}
