package schema

import "fmt"

// checkConntrack looks at attributes that depend on each other.
func checkConntrack(r *Resource) []Problem {
	var problems []Problem
	problems = append(problems, checkRatio(r)...)
	low, hasLow := r.Int("frag6_low_thresh")
	high, hasHigh := r.Int("frag6_high_thresh")
	if hasLow && hasHigh && low > high {
		problems = append(problems, Problem{
			Attribute: "frag6_low_thresh",
			Summary:   "Lower threshold above the upper one",
			Detail: fmt.Sprintf("frag6_low_thresh is %d bytes and frag6_high_thresh %d. The kernel refuses a lower threshold that is above the upper one: swap them, or raise frag6_high_thresh.",
				low, high),
		})
	}
	return problems
}

// The kernel's own ratio of max to buckets was 8 with an explicit hashsize, 4
// without, and is 1 since 5.15. Since then, too, it refuses entries whose
// bucket is overfull, so that a small table is full long before max.
const (
	maxRatio = 8
	minRatio = 1
)

func checkRatio(r *Resource) []Problem {
	limit, hasMax := r.Int("max")
	buckets, hasBuckets := r.Int("buckets")
	if !hasMax || !hasBuckets {
		return nil
	}
	switch {
	case limit > maxRatio*buckets:
		return []Problem{{
			Attribute: "buckets",
			Warning:   true,
			Summary:   "Few buckets for so many entries",
			Detail: fmt.Sprintf("%d entries in %d buckets: a full table has about %d entries to search for each packet, and kernels from 5.15 on refuse entries before max is reached. "+
				"Set buckets to between %d and %d; a bucket takes 8 bytes.",
				limit, buckets, 2*limit/buckets, ceilDiv(limit, 4), limit),
		}}
	case limit < minRatio*buckets:
		return []Problem{{
			Attribute: "buckets",
			Warning:   true,
			Summary:   "More buckets than entries",
			Detail: fmt.Sprintf("%d buckets for at most %d entries: more buckets than max make nothing faster, and take 8 bytes each. Set buckets to %d at most, or raise max.",
				buckets, limit, limit),
		}}
	}
	return nil
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
