package packet

import (
	"fmt"
	"strings"
)

// Rate is a number of packets per unit of time.
type Rate struct {
	Count uint64
	// Seconds is the length of the unit.
	Seconds uint64
}

// Units of rates, by their length in seconds.
var rateUnits = []struct {
	name    string
	seconds uint64
}{{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}}

// ParseRate reads "10/second", "5/min" or "3/h"; a bare number is per second.
func ParseRate(s string) (Rate, error) {
	count, unit, has := strings.Cut(strings.TrimSpace(s), "/")
	n, err := number("rate", strings.TrimSpace(count), 1000000)
	if err != nil {
		return Rate{}, err
	}
	if n == 0 {
		return Rate{}, fmt.Errorf("rate %q lets nothing through: use enabled = false", s)
	}
	if !has {
		return Rate{n, 1}, nil
	}
	unit = strings.ToLower(strings.TrimSpace(unit))
	for _, u := range rateUnits {
		if unit != "" && strings.HasPrefix(u.name, unit) || unit == u.name+"s" || unit == "sec" && u.seconds == 1 {
			return Rate{n, u.seconds}, nil
		}
	}
	return Rate{}, fmt.Errorf("%q is not a rate: write a number and second, minute, hour or day, as in 10/minute", s)
}

// String is the rate as ParseRate reads it.
func (r Rate) String() string {
	for _, u := range rateUnits {
		if u.seconds == r.Seconds {
			return fmt.Sprintf("%d/%s", r.Count, u.name)
		}
	}
	return fmt.Sprintf("%d/%ds", r.Count, r.Seconds)
}

// PerDay is the most packets that pass in a day, the burst aside.
func (r Rate) PerDay() uint64 { return r.Count * 86400 / r.Seconds }

// Scales of the kernel's two rate limiters: the parts into which they divide
// a second (XT_LIMIT_SCALE, XT_HASHLIMIT_SCALE_v2).
const (
	LimitScale     uint64 = 10000
	HashlimitScale uint64 = 1000000
)

// Rounded is the rate that a limiter of a scale really has, in the unit in
// which rules are listed: it stores the whole number of parts of a second
// between two packets. A rate of more than one packet per part is not possible.
func (r Rate) Rounded(scale uint64) (Rate, bool) {
	period := scale * r.Seconds / r.Count
	if period == 0 {
		return Rate{}, false
	}
	best := rateUnits[len(rateUnits)-1]
	for i := len(rateUnits) - 2; i >= 0; i-- {
		mult := scale * rateUnits[i].seconds
		if period > mult || mult/period < mult%period {
			break
		}
		best = rateUnits[i]
	}
	return Rate{scale * best.seconds / period, best.seconds}, true
}
