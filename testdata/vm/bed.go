package vm

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// bedLimit bounds everything from downloads and installations on first use
// and waiting for other tests' guests to the end of the guest itself.
const bedLimit = 30 * time.Minute

// withBed calls f with the cache, once the tools are there. Its error ends
// the test: a guest that cannot be made is a failure, not a reason to skip.
func withBed[T any](t testing.TB, f func(ctx context.Context, c cache) (T, error)) T {
	t.Helper()
	requireTools(t)
	ctx, cancel := context.WithTimeoutCause(t.Context(), bedLimit, fmt.Errorf("not done after %s", bedLimit))
	defer cancel()
	if end, ok := deadline(t); ok {
		// Better a result with the guest's console than the end of the test binary.
		ctx, cancel = context.WithDeadlineCause(ctx, end.Add(-10*time.Second), errors.New("no time is left for this test run"))
		defer cancel()
	}
	c, err := openCache()
	if err != nil {
		t.Fatal(err)
	}
	result, err := f(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// deadline returns when `go test -timeout` ends the test binary.
func deadline(t testing.TB) (time.Time, bool) {
	limited, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return time.Time{}, false // a benchmark
	}
	return limited.Deadline()
}

// boot boots one guest at a time on this machine: emulation needs a whole
// processor, and time limits are meant for a guest that has one.
func (c cache) boot(ctx context.Context, m machine, dir string, s Scenario) (Result, error) {
	unlock, err := c.lock(ctx, "guest")
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	return m.boot(ctx, dir, s)
}
